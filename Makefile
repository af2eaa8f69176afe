# One front door for every command. CI calls the same targets.
MVN ?= mvn -B -ntp
VERSION := 0.1.0-SNAPSHOT

.PHONY: help test test-cluster chaos bench-agent bench-log bench-control interop format demo run-cluster dist clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

test: ## build every module and run every test
	@bin/setup-tests
	@rm -rf */target/surefire-reports */*/target/surefire-reports
	@$(MVN) verify; status=$$?; bin/test-report; exit $$status

test-cluster: ## three managers on PostgreSQL, shipped settings, a job of 20,000 objects: kill, freeze, part, roll; 15 minutes
	@bin/setup-tests
	@$(MVN) -q test -pl ops/playground -am -Dtest=ClusterFaultsTest -Dsurefire.failIfNoSpecifiedTests=false \
		-Dcluster.records=20000
	@grep -h 'Tests run' ops/playground/target/surefire-reports/*ClusterFaultsTest.txt

SEED ?= 1
RUNS ?= 10
chaos: ## the same faults in a random order at random times: make chaos SEED=1 RUNS=10
	@bin/setup-tests
	@$(MVN) -q test -pl ops/playground -am -Dtest=ChaosTest -Dsurefire.failIfNoSpecifiedTests=false \
		-Dchaos.seed=$(SEED) -Dchaos.runs=$(RUNS)
	@grep -h 'Tests run' ops/playground/target/surefire-reports/*ChaosTest.txt

bench-agent: ## the agent's copies beside rclone's, from the same source to the same disk
	@bin/setup-tests && bin/setup-bench
	@$(MVN) -q test -pl agent-node -am -Dtest=AgentBench -Dsurefire.failIfNoSpecifiedTests=false \
		-Dtest.jvm=-Xmx256m -Dbench.directory=$(CURDIR)/target/bench
	@rm -rf target/bench

bench-log: ## the embedded log beside bare appends, PostgreSQL, SQLite, H2 and memory; 10 minutes
	@$(MVN) -q test -pl persistence -am -Dtest=LogBench -Dsurefire.failIfNoSpecifiedTests=false \
		-Dbench.directory=$(CURDIR)/target/bench
	@rm -rf target/bench

bench-control: ## a manager's own part of a job: objects/s, events and bytes journalled, the database's CPU; 3 minutes
	@$(MVN) -q test -pl manager-node -am -Dtest=ControlBench -Dsurefire.failIfNoSpecifiedTests=false

interop: ## our Fast client and server against a real node-fast
	@bin/setup-interop
	@$(MVN) -q test -pl ops/playground -am -Dtest=NodeFastInterop -Dsurefire.failIfNoSpecifiedTests=false \
		-Dinterop.directory=$(CURDIR)/target/interop
	@grep -h 'Tests run' ops/playground/target/surefire-reports/*NodeFastInterop.txt

format: ## format the sources
	@$(MVN) -q spotless:apply

demo: dist ## empty a storage node of a simulated region, with a manager and an agent killed on the way
	@bin/rebalancer playground --crash --dir target/demo

run-cluster: dist ## PostgreSQL, three managers and five agents as processes of their own, until Ctrl-C
	@bin/rebalancer playground --managers 3 --nodes 5 --processes --no-evacuate --keep --dir target/cluster

dist: ## a distribution that runs outside the source tree: target/rebalancer-VERSION.tar.gz
	@rm -rf target/dist
	@$(MVN) -q package -DskipTests dependency:copy-dependencies -DincludeScope=runtime \
		-DoutputDirectory=$(CURDIR)/target/dist/lib
	@cp ops/playground/target/playground-$(VERSION).jar ops/adm/target/adm-$(VERSION).jar target/dist/lib/
	@mkdir -p target/dist/bin && cp bin/rebalancer bin/rebalancer-adm target/dist/bin/ && cp README.md LICENSE CHANGELOG.md target/dist/
	@tar -C target -czf target/rebalancer-$(VERSION).tar.gz --transform 's,^dist,rebalancer-$(VERSION),' dist
	@touch target/dist/.built
	@echo "target/rebalancer-$(VERSION).tar.gz"

clean: ## remove everything built
	@$(MVN) -q clean
	@rm -rf target build.log
