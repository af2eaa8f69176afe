# One front door for every command. CI calls the same targets.
MVN ?= mvn -B -ntp

.PHONY: help test format demo dist clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

test: ## build every module and run every test
	@$(MVN) verify; status=$$?; bin/test-report; exit $$status

format: ## format the sources
	@$(MVN) -q spotless:apply

demo: ## empty a storage node of a simulated region (not there yet)
	@echo "make demo: the playground is not finished yet; docs/architecture.md says which parts stand" >&2; exit 1

dist: ## a distribution that runs outside the source tree (not there yet)
	@echo "make dist: there is no process to distribute yet; docs/architecture.md says which parts stand" >&2; exit 1

clean: ## remove everything built
	@$(MVN) -q clean
