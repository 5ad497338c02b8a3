# Plays stations in a row in simmer (CRAN) with given people; called by simmer_network.py.
#
#   Rscript simmer_network.R PEOPLE.csv SERVERS FOUND.csv SERVICE[,PATIENCE] [SERVICE[,PATIENCE] ...]
#
# PEOPLE.csv has the column `time` (arrivals in whole milliseconds) and the columns named by the stations.  FOUND.csv
# gets one line a person: time waited at all stations together, and whether he left.  Standard output: seconds of run().

suppressPackageStartupMessages(library(simmer))

arguments <- commandArgs(trailingOnly = TRUE)
people <- read.csv(arguments[1], check.names = FALSE)
people[] <- lapply(people, as.numeric)
servers <- as.integer(arguments[2])
stations <- strsplit(arguments[-(1:3)], ",", fixed = TRUE)

world <- simmer()

# A function of its own, so that each station keeps its own column.
patience_of <- function(column) {
  force(column)
  function() get_attribute(world, column)
}

person <- trajectory()
for (at in seq_along(stations)) {
  desk <- paste0("desk", at)
  columns <- stations[[at]]
  world <- add_resource(world, desk, capacity = servers, mon = FALSE)
  if (length(columns) > 1) person <- renege_in(person, patience_of(columns[2]))
  person <- seize(person, desk)
  if (length(columns) > 1) person <- renege_abort(person)
  person <- timeout_from_attribute(person, columns[1])
  person <- release(person, desk)
}
world <- add_dataframe(
  world, "person", person, people, mon = 1, col_time = "time", time = "absolute", col_attributes = unlist(stations)
)

seconds <- system.time(run(world))[["elapsed"]]

# Somebody who leaves while he waits has finished = FALSE, and no time of activity at that station.
found <- get_mon_arrivals(world)
waited <- round(found$end_time - found$start_time - found$activity_time)
write.csv(data.frame(waited = waited, left = as.integer(!found$finished)), arguments[3], row.names = FALSE)
cat(format(seconds, digits = 9), "\n")
