# Two commands: `make run` plays a city and writes its report; `make test` runs every check.
# Both set up .venv first, and do nothing there when it is up to date.

PYTHON ?= python3
VENV ?= .venv
SCENARIO ?= scenarios/cities/ningbo.toml
CARD ?= generation-3
RUN ?= pcsc_scan -n
CARDS ?= all

export PYTHON VENV
.DEFAULT_GOAL := help

help:  ## show this list
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile

run: $(VENV)/.installed  ## play a city with all its cards and write its report (SCENARIO=... for another, CARDS=1% for a sample)
	$(VENV)/bin/cardmill run $(SCENARIO) --cards $(CARDS)

test: $(VENV)/.installed-dev  ## every check: style, types, tests
	.ci/checks

quick: $(VENV)/.installed-dev  ## the checks that take less than a minute
	.ci/checks quick

serve: $(VENV)/.installed  ## a card in a virtual reader, as pcsc_scan sees it (CARD=... RUN=... for others)
	@.ci/debian pcscd vsmartcard-vpcd pcsc-tools
	$(VENV)/bin/cardmill card serve $(CARD) --own-pcscd --run "$(RUN)"

rig: $(VENV)/.installed  ## 16 virtual card readers with a card each, until Ctrl-C
	$(VENV)/bin/python -m cardemu.transports.rig

docs: $(VENV)/.installed  ## write the generated tables and diagrams in docs/ anew
	$(VENV)/bin/python -m sim.scenario.docs --write
	$(VENV)/bin/python -m sim.procedures.diagrams --write
	$(VENV)/bin/python -m sim.procedures.rule_table --write
	$(VENV)/bin/python docs/make_truth.py
	$(VENV)/bin/python docs/make_faces.py

format: $(VENV)/.installed-dev  ## lay out the code
	$(VENV)/bin/ruff check --fix --quiet
	$(VENV)/bin/ruff format --quiet

lock: $(VENV)/.installed-dev  ## choose package versions anew (takes minutes)
	$(VENV)/bin/python .ci/lock.py

clean:  ## remove the environment and everything generated (not runs/)
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.installed: requirements.lock pyproject.toml .ci/setup
	@.ci/setup $(VENV) requirements.lock
	@touch $@

# requirements-dev.lock holds all of requirements.lock, at the same versions.
$(VENV)/.installed-dev: requirements-dev.lock pyproject.toml .ci/setup
	@.ci/setup $(VENV) requirements-dev.lock
	@touch $@ $(VENV)/.installed

.PHONY: help run test quick serve rig docs format lock clean
