# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# One entry for people and CI alike. `make` alone lists the targets.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON3 ?= python3
# One more than there are processors: some tests wait for time-outs that are real.
WORKERS ?= $(shell echo $$(($$(nproc) + 1)))
# These hardly wait, and every further worker imports and collects all of them once more.
UNIT_WORKERS ?= $(shell nproc)
VENV := .venv
PYTEST := $(VENV)/bin/python -m pytest
PARALLEL := -n $(WORKERS) --dist loadscope --no-loadscope-reorder
# The core is rules as tables: a line that no test reaches is a guess. Chosen tests alone need not reach everything.
CORE_COVERAGE := --cov=plugins/module_utils/_core --cov-report= --cov-fail-under=98
COVERED := $(if $(ARGS),,$(CORE_COVERAGE))

# A user who turns byte code off everywhere would make every tool here start several times slower.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## list the targets
	@sed -nE 's/^([a-z][a-z-]*):.*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

.PHONY: setup
setup: ## make .venv and the collection tree under .cache (does nothing when both are current)
	@$(PYTHON3) tools/environments.py main
	@$(VENV)/bin/python -m tools.trees

.PHONY: test
test: setup ## everything that CI checks; pytest's summary comes last
	COVERAGE_CORE=sysmon $(PYTEST) tests $(PARALLEL) $(COVERED) $(ARGS)

.PHONY: unit
unit: setup ## unit tests, in about a minute of processor time; fewer random examples than make test
	HYPOTHESIS_PROFILE=$${HYPOTHESIS_PROFILE:-quick} $(PYTEST) tests/unit -n $(UNIT_WORKERS) --dist worksteal $(ARGS)

.PHONY: contract
contract: setup ## the emulator against recorded answers of the real service
	$(PYTEST) tests/contract $(ARGS)

.PHONY: adapters
adapters: setup ## the adapters against the emulator and real DNS servers
	$(PYTEST) tests/adapters $(ARGS)

.PHONY: lint
lint: setup ## formatting, lint, types, YAML, licences, changelog, ansible-lint
	$(PYTEST) tests/checks/test_lint.py $(PARALLEL) $(ARGS)

.PHONY: sanity
sanity: setup ## ansible-test sanity, without any ignore file
	$(PYTEST) tests/checks/test_sanity.py $(ARGS)

.PHONY: docs
docs: setup ## check the documentation of plugins and roles, and build the site
	$(PYTEST) tests/checks/test_docs.py tests/checks/test_site.py $(ARGS)

.PHONY: integration
integration: setup ## ansible-test integration, every target
	$(PYTEST) tests/checks/test_integration.py $(PARALLEL) $(ARGS)

.PHONY: molecule
molecule: setup ## every molecule scenario
	$(PYTEST) tests/checks/test_molecule.py $(PARALLEL) $(ARGS)

.PHONY: matrix
matrix: setup ## unit tests and a scenario on every supported ansible-core
	$(PYTEST) tests/checks/test_matrix.py $(PARALLEL) $(ARGS)

.PHONY: coverage
coverage: setup ## what the unit tests reach of plugins, as text and as pages under .cache/coverage/html
	$(VENV)/bin/coverage run --branch -m pytest -q tests/unit $(ARGS)
	$(VENV)/bin/coverage html --quiet
	$(VENV)/bin/coverage report

.PHONY: package
package: setup ## build the artifact, install it where nothing else is, hand it to importer, builder, runner, navigator
	$(PYTEST) tests/checks/test_package.py $(PARALLEL) $(ARGS)

.PHONY: artifact
artifact: setup ## build the artifact under build, from a copy that holds nothing but source files
	rm -f build/configmgr-cmg-*.tar.gz
	cd "$$($(VENV)/bin/python -c 'from tools import trees; print(trees.test_tree("package"))')" && \
	    $(CURDIR)/$(VENV)/bin/ansible-galaxy collection build --output-path $(CURDIR)/build

.PHONY: site
site: setup ## build the documentation site under build/site (ARGS=--offline where there is no network)
	$(VENV)/bin/python -m tools.site build/site $(ARGS)

.PHONY: release-check
release-check: setup ## whether this commit can be released: version, changelog, repository, artifact
	$(VENV)/bin/python -m tools.release
	$(PYTEST) tests/checks/test_package.py $(PARALLEL) $(ARGS)

.PHONY: format
format: setup ## let ruff rewrite what it can
	$(VENV)/bin/ruff check --fix-only --quiet .
	$(VENV)/bin/ruff format --quiet .

.PHONY: generate
generate: setup ## write argument specs and README tables anew from the documentation
	$(VENV)/bin/python tools/generate_options.py
	$(VENV)/bin/python tools/generate_content.py
	$(VENV)/bin/python tools/generate_rules.py

.PHONY: demo
demo: setup ## the whole story on one machine: enforce, break, detect, mend, report
	$(VENV)/bin/python -m examples.demo $(ARGS)

.PHONY: emulator
emulator: setup ## run the local Azure in the foreground
	$(VENV)/bin/python -m tests.emulator $(ARGS)

.PHONY: deploy
deploy: setup ## deploy a gateway to the local Azure (PREFIX=granitefalls REGION=westus)
	@$(VENV)/bin/python -m tests.emulator.deploy $(PREFIX) $(REGION) rg-cmg

.PHONY: lock
lock: ## resolve all requirements anew
	$(PYTHON3) tools/environments.py --lock

.PHONY: changelog
changelog: setup ## write the changelog of the version in galaxy.yml anew (DATE=YYYY-MM-DD for the day of release)
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" antsibull-changelog release --update-existing --reload-plugins $(if $(DATE),--date $(DATE)) $(ARGS)

.PHONY: clean
clean: ## remove what runs leave behind, environments included
	rm -rf .venv .cache .ansible .pytest_cache .mypy_cache .ruff_cache .hypothesis build collections tests/output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
