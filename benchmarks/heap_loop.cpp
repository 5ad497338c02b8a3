// A queueing loop as one writes it by hand: std::priority_queue of events, inputs drawn beforehand, waits kept.
//
// Stations in a row, `servers` each, first come first served; who waits longer than his patience leaves.  Times are
// whole milliseconds.  Within one millisecond: ends of service by person, then patience by person, then arrivals.

#include <cstdint>
#include <deque>
#include <queue>
#include <vector>

namespace {

enum Rank : std::int64_t { END, PATIENCE, ARRIVAL };

struct Event {
    std::int64_t t_ms, order;  // order: rank, then person
    bool operator>(const Event& other) const {
        return t_ms != other.t_ms ? t_ms > other.t_ms : order > other.order;
    }
};

constexpr int SHIFT = 48;

struct Desk {
    std::int64_t free;
    std::deque<std::int64_t> queue;
};

}  // namespace

// service, patience: [station][person], patience null where everybody waits; wait: [station][person], filled with the
// wait of whoever came there (others keep what they had); abandoned: [station].
extern "C" void heap_loop(std::int64_t people, const std::int64_t* arrival, std::int64_t stations, std::int64_t servers,
                          const std::int64_t* const* service, const std::int64_t* const* patience,
                          std::int64_t* const* wait, std::int64_t* abandoned) {
    std::priority_queue<Event, std::vector<Event>, std::greater<Event>> events;
    std::vector<Desk> desks(stations, Desk{servers, {}});
    std::vector<std::int64_t> joined(people), at(people, 0);
    std::vector<char> waiting(people, 0);
    auto start = [&](std::int64_t now, std::int64_t desk, std::int64_t who) {
        wait[desk][who] = now - joined[who];
        events.push({now + service[desk][who], END << SHIFT | who});
    };
    auto join = [&](std::int64_t now, std::int64_t desk, std::int64_t who) {
        at[who] = desk;
        joined[who] = now;
        if (desks[desk].free > 0) {
            --desks[desk].free;
            start(now, desk, who);
            return;
        }
        desks[desk].queue.push_back(who);
        waiting[who] = 1;
        if (patience[desk]) events.push({now + patience[desk][who], PATIENCE << SHIFT | who});
    };
    if (people > 0) events.push({arrival[0], ARRIVAL << SHIFT});
    while (!events.empty()) {
        const Event event = events.top();
        events.pop();
        const std::int64_t who = event.order & ((std::int64_t{1} << SHIFT) - 1), now = event.t_ms;
        switch (event.order >> SHIFT) {
            case ARRIVAL:
                if (who + 1 < people) events.push({arrival[who + 1], ARRIVAL << SHIFT | (who + 1)});
                join(now, 0, who);
                break;
            case END: {
                const std::int64_t desk = at[who];
                auto& queue = desks[desk].queue;
                while (!queue.empty() && !waiting[queue.front()]) queue.pop_front();
                if (queue.empty()) {
                    ++desks[desk].free;
                } else {
                    waiting[queue.front()] = 0;
                    start(now, desk, queue.front());
                    queue.pop_front();
                }
                if (desk + 1 < stations) join(now, desk + 1, who);
                break;
            }
            default:  // patience: of no account if the person has been called, here or at a later desk
                if (waiting[who] && joined[who] + patience[at[who]][who] == now) {
                    waiting[who] = 0;
                    wait[at[who]][who] = now - joined[who];
                    ++abandoned[at[who]];
                }
        }
    }
}
