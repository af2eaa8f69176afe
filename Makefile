# One front door for every command. CI calls the same targets.
MVN ?= mvn -B -ntp
# The tests start nginx and dnsmasq, which Debian keeps there.
export PATH := $(PATH):/usr/sbin
# The root pom holds the version; nothing else spells it.
VERSION = $(shell sed -n 's,.*<revision>\(.*\)</revision>.*,\1,p' pom.xml)
NAME = rebalancer-$(VERSION)

.PHONY: help check test test-cli test-interleavings test-long test-cluster test-signed-orders test-streams test-console test-agents test-monitoring test-large-object test-full-journal \
	test-plan chaos test-outage test-scale test-legacy-intake bench-agent bench-inventory bench-reconcile bench-console bench-log bench-control bench-fast bench-scale bench-smoke bench-unmoved \
	bench-evacuate profile-evacuate \
	interop fuzz-api format demo demo-monitoring run-cluster dist dashboards docs-cli release javadoc clean

help: ## list the targets
	@sed -nE 's/^([a-zA-Z0-9_-]+):.*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

# One compiler tier: a build or a test is over before the second pays. Its default code cache is too small for a whole build. Versions of libraries are checked by make test.
QUICK_JVM = -XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m -XX:+UseSerialGC
check: ## compile, check the format, run the fast tests; under a minute once built; needs only JDK, Maven and make
	@start=$$(date +%s); rm -rf */target/surefire-reports */*/target/surefire-reports; \
	MAVEN_OPTS="$(QUICK_JVM) $$MAVEN_OPTS" $(MVN) -q -T2 test -Denforcer.skip -Dtest.jvm='$(QUICK_JVM)' \
		-DexcludedGroups=slow,cluster,external -Dexcluded.tests='**/*PerfTckTest*'; status=$$?; \
	bin/test-report; echo "make check took $$(($$(date +%s) - start)) s"; exit $$status

# The test of docs/operations/cli.md runs the distribution.
CLI_PAGE = -Dcli.distribution=$(CURDIR)/target/$(NAME).tar.gz
test: ## build every module, check the format, run every test, two modules at a time; lists missing programs and installs them (root on Debian)
	@bin/setup-tests
	@rm -rf */target/surefire-reports */*/target/surefire-reports
	@$(MVN) -T2 verify; status=$$?; bin/test-report; exit $$status

test-cli: dist ## the commands of docs/operations/cli.md in a distribution, and the start of its command line; 5 minutes
	@bin/setup-tests
	@$(MVN) -q test -pl ops/adm -am -Dtest='CliPageTest,ClassArchiveTest' -Dsurefire.failIfNoSpecifiedTests=false $(CLI_PAGE)
	@grep -h 'Tests run' ops/adm/target/surefire-reports/*CliPageTest.txt ops/adm/target/surefire-reports/*ClassArchiveTest.txt

test-long: ## the random tests of make test with all of their rounds: histories, kills, power cuts, users; 10 minutes
	@bin/setup-tests
	@$(MVN) -q test -pl ops/playground -am -Dsurefire.failIfNoSpecifiedTests=false \
		-Dtest='EventLogCrashTest,EventLogModelTest,CompactionFaultTest,JobHistoryTest,StormTest' \
		-Dlog.kills=200 -Dlog.histories=2500 -Dlog.power.cuts=2 -Djob.histories=400 -Dstorm.objects=33000
	@grep -h 'Tests run' */target/surefire-reports/*.txt ops/playground/target/surefire-reports/*StormTest.txt

INTERLEAVINGS ?= 1000000
test-interleavings: ## INTERLEAVINGS=1000000 orders of uploads, deletes, evacuations and reconciliation on a model, and planted faults; 2 minutes
	@$(MVN) -q test -pl rebalancer-core -am -Dtest=InterleavingTest -Dsurefire.failIfNoSpecifiedTests=false \
		-Drebalancer.interleavings=$(INTERLEAVINGS)
	@grep -h 'Tests run' rebalancer-core/target/surefire-reports/*InterleavingTest.txt

FAULTS ?=
test-cluster: ## three managers on PostgreSQL, a job of 20,000 objects, a reconciliation: kill, freeze, partition; 20 minutes
	@bin/setup-tests
	@$(MVN) -q test -pl ops/playground -am -Dtest=ClusterFaultsTest,ReconcileFailoverTest \
		-Dsurefire.failIfNoSpecifiedTests=false -Dcluster.records=20000 -Dcluster.faults=$(FAULTS)
	@grep -h 'Tests run' ops/playground/target/surefire-reports/*ClusterFaultsTest.txt ops/playground/target/surefire-reports/*ReconcileFailoverTest.txt

test-signed-orders: ## a region with TLS whose agents obey managers only, and an intruder with the certificate of an agent; 3 minutes
	@bin/setup-tests
	@$(MVN) -q test -pl ops/playground -am -Dtest=SignedOrdersTest -Dsurefire.failIfNoSpecifiedTests=false -Dsigned.orders=true
	@grep -h 'Tests run' ops/playground/target/surefire-reports/*SignedOrdersTest.txt

CLIENTS ?= 500
test-streams: ## CLIENTS=500 clients of event streams, some slow, while managers are killed: no gap, no repetition, bounded heap; 5 minutes
	@bin/setup-tests
	@$(MVN) -q test -pl ops/playground -am -Dtest=EventStreamsTest -Dsurefire.failIfNoSpecifiedTests=false \
		-Dstreams.clients=$(CLIENTS)
	@grep -h 'Tests run' ops/playground/target/surefire-reports/*EventStreamsTest.txt

test-console: dist ## the console in a real browser: from plan to certificate while its manager is killed, actions, repairs; 5 minutes
	@bin/setup-tests
	@$(MVN) -q test -pl ops/playground -am -Dtest=ConsoleJourneyTest,ConsoleActionsTest,ConsoleRepairsTest \
		-Dsurefire.failIfNoSpecifiedTests=false -Dconsole.journey=true
	@grep -h 'Tests run' ops/playground/target/surefire-reports/*ConsoleJourneyTest.txt \
		http-api/target/surefire-reports/*ConsoleActionsTest.txt http-api/target/surefire-reports/*ConsoleRepairsTest.txt

test-monitoring: ## dashboards, rules and alerts: promtool, and a Prometheus that scrapes regions with faults; 10 minutes
	@bin/setup-tests
	@$(MVN) -q test -pl ops/playground -am -Dsurefire.failIfNoSpecifiedTests=false \
		-Dtest='DashboardFilesTest,DashboardRulesTest,MetricCatalogTest,AlertRulesTest,ShortenedRulesTest,MonitoringTest,AlertsTest' \
		-Dmonitoring.live=true
	@cd ops/playground/target/surefire-reports && grep -h 'Tests run' *.monitoring.*.txt *.MonitoringTest.txt *.AlertsTest.txt

test-agents: ## an operator reaches agents through a manager: processes at work, frozen, stopped and outside the cluster; 2 minutes
	@bin/setup-tests
	@$(MVN) -q test -pl ops/playground -am -Dtest=FleetAgentsTest -Dsurefire.failIfNoSpecifiedTests=false -Dagents.processes=true
	@grep -h 'Tests run' ops/playground/target/surefire-reports/*FleetAgentsTest.txt

SEED ?= 1
SEEDS ?= 10
RECORDS ?= 8000
chaos: ## random faults at random times while messages are lost: SEEDS=10 (from SEED=1 on) or SEEDS=3,7; prints a table
	@bin/setup-tests
	@$(MVN) -q test -pl ops/playground -am -Dtest=ChaosTest -Dsurefire.failIfNoSpecifiedTests=false \
		-Dchaos.seed=$(SEED) -Dchaos.seeds=$(SEEDS) -Dchaos.records=$(RECORDS)
	@grep -h 'Tests run' ops/playground/target/surefire-reports/*ChaosTest.txt

OUTAGE ?= 300
test-outage: ## one metadata shard of twenty refuses connections for OUTAGE=300 seconds: the rate of the others; 15 minutes
	@bin/setup-tests
	@$(MVN) -q test -pl ops/playground -am -Dtest=ShardOutageRateTest -Dsurefire.failIfNoSpecifiedTests=false \
		-Doutage.seconds=$(OUTAGE)
	@grep -h 'Tests run' ops/playground/target/surefire-reports/*ShardOutageRateTest.txt

test-large-object: ## an agent is killed in the middle of an object of 4 GiB and fetches the rest only; 5 minutes
	@bin/setup-tests
	@$(MVN) -q test -pl agent-node -am -Dtest=LargeObjectCrashTest -Dsurefire.failIfNoSpecifiedTests=false \
		-Dlarge.object.mib=4096
	@grep -h 'Tests run' agent-node/target/surefire-reports/*LargeObjectCrashTest.txt

test-full-journal: ## the disk of an agent's journal is full for five minutes in the middle of its copies
	@bin/setup-tests
	@$(MVN) -q test -pl agent-node -am -Dtest=FullJournalTest -Dsurefire.failIfNoSpecifiedTests=false \
		-Dfull.journal.seconds=300
	@grep -h 'Tests run' agent-node/target/surefire-reports/*FullJournalTest.txt

EVENTS ?= 90000
bench-console: ## the console with 1,000 nodes, 200 jobs and 100,000 exceptions: first content, clicks, the heap of a tab over EVENTS=90000; 4 minutes
	@bin/setup-tests
	@$(MVN) -q test -pl http-api -am -Dtest=ConsoleBench -Dsurefire.failIfNoSpecifiedTests=false -Dconsole.bench.events=$(EVENTS)

bench-inventory: ## an agent's listing of 200,000 files beside find, same files; 1 minute
	@$(MVN) -q test -pl agent-node -am -Dtest=InventoryBench -Dsurefire.failIfNoSpecifiedTests=false

ENTRIES ?= 10000000
FILES ?= 200000
bench-reconcile: ## claims and files sorted and merged, ENTRIES=10000000 of each, beside sort and comm; a listing beside find; 256 MiB, 7 GB of disk; 5 minutes
	@$(MVN) -q test -pl ops/playground -am -Dtest='ReconcileBench,InventoryBench' -Dsurefire.failIfNoSpecifiedTests=false \
		-Dtest.jvm=-Xmx256m -Dreconcile.entries=$(ENTRIES) -Dfiles=$(FILES)

bench-agent: ## an agent's copies beside rclone's, same source, same disk; 5 minutes on a quiet machine
	@bin/setup-tests && bin/setup-bench
	@$(MVN) -q test -pl agent-node -am -Dtest=AgentBench -Dsurefire.failIfNoSpecifiedTests=false \
		-Dtest.jvm='-Xmx256m -XX:+UseSerialGC' -Dbench.directory=$(CURDIR)/target/bench
	@rm -rf target/bench

SMALL ?= 120000
LARGE ?= 64
ROUNDS ?= 3
JAVA_OPTIONS ?=
bench-evacuate: dist ## a whole evacuation beside rclone, same nginx: SMALL=120000 objects of 16 KiB, LARGE=64 of 64 MiB, ROUNDS=3; 30 GB of disk; 12 minutes
	@bin/setup-tests && bin/setup-bench
	@bin/rebalancer archive-classes >/dev/null
	@rm -rf target/bench
	@$(MVN) -q test -pl ops/playground -am -Dtest=EvacuateBench -Dsurefire.failIfNoSpecifiedTests=false \
		-Dbench.directory=$(CURDIR)/target/bench -Dbench.program=$(CURDIR)/bin/rebalancer \
		-Dbench.small=$(SMALL) -Dbench.large=$(LARGE) -Dbench.rounds=$(ROUNDS) -Dbench.java.options='$(JAVA_OPTIONS)'
	@rm -rf target/bench

profile-evacuate: dist ## where the processes of an evacuation of SMALL=120000 objects compute, wait and allocate: target/profile-evacuate; 8 minutes
	@bin/setup-tests
	@bin/rebalancer archive-classes >/dev/null
	@rm -rf target/bench
	@$(MVN) -q test -pl ops/playground -am -Dtest=EvacuateProfileBench -Dsurefire.failIfNoSpecifiedTests=false \
		-Dbench.directory=$(CURDIR)/target/bench -Dbench.program=$(CURDIR)/bin/rebalancer \
		-Dprofile.directory=$(CURDIR)/target/profile-evacuate -Dbench.small=$(SMALL)
	@rm -rf target/bench

bench-log: ## the embedded log beside bare appends, PostgreSQL, SQLite, H2 and memory; 10 minutes on a quiet machine
	@$(MVN) -q test -pl persistence -am -Dtest=LogBench -Dsurefire.failIfNoSpecifiedTests=false \
		-Dbench.directory=$(CURDIR)/target/bench
	@rm -rf target/bench

bench-control: ## a manager's share of a job: CPU time of an object, events and bytes, many nodes and shards; 5 minutes
	@$(MVN) -q test -pl manager-node -am -Dtest=ControlBench -Dsurefire.failIfNoSpecifiedTests=false \
		-Dtest.jvm=-XX:-UseDynamicNumberOfCompilerThreads

bench-scale: ## how a manager's cost of an object grows with objects (to OBJECTS=10000000), storage nodes, jobs and shards; tables, and plots in target/bench-scale; 40 minutes
	@$(MVN) -q test -pl manager-node -am -Dtest=ScaleBench -Dsurefire.failIfNoSpecifiedTests=false \
		-Dtest.jvm='-Xmx256m -XX:+UseSerialGC -XX:-UseDynamicNumberOfCompilerThreads' -Dscale.objects=$(OBJECTS) \
		-Dscale.directory=$(CURDIR)/target/bench-scale

bench-fast: ## rows of a metadata shard decoded by one core, and checksums, beside plain ways; 1 minute
	@$(MVN) -q test -pl manager-node -am -Dtest=FastBench -Dsurefire.failIfNoSpecifiedTests=false

bench-smoke: ## bytes that hot paths allocate for an object, compared with checked-in figures; fails beyond a tenth; 1 minute
	@bin/setup-tests
	@$(MVN) -q test -pl manager-node,agent-node -am -Dtest='RowAllocationBench,ControlAllocationBench,CopyAllocationBench' -Dsurefire.failIfNoSpecifiedTests=false \
		-Dtest.jvm='$(QUICK_JVM)'

bench-unmoved: ## the table of exceptions: 1,000,000 rows reported twice and read, in PostgreSQL and H2; some minutes
	@$(MVN) -q test -pl persistence -am -Dtest=UnmovedBench -Dsurefire.failIfNoSpecifiedTests=false

test-plan: ## what plans state and what their jobs do, in five regions: objects, bytes, destinations, duration; 5 minutes
	@bin/setup-tests
	@$(MVN) -q test -pl ops/playground -am -Dtest=PlanAccuracyRun -Dsurefire.failIfNoSpecifiedTests=false

OBJECTS ?= 10000000
test-scale: ## a job of 10,000,000 objects, a tenth of them exceptions, in a heap of 256 MiB; an hour: make test-scale OBJECTS=200000
	@$(MVN) -q test -pl manager-node -am -Dtest=ScaleRun -Dsurefire.failIfNoSpecifiedTests=false \
		-Dtest.jvm='-Xmx256m -XX:-UseDynamicNumberOfCompilerThreads' -Dscale.objects=$(OBJECTS)

ASSIGNMENTS ?= 100000
test-legacy-intake: ## a legacy manager that never deletes: 100,000 assignments over HTTP to an agent in a heap of 256 MiB; 10 minutes
	@$(MVN) -q test -pl agent-node -am -Dtest=LegacyIntakeRun -Dsurefire.failIfNoSpecifiedTests=false \
		-Dtest.jvm='-Xmx256m -XX:-UseDynamicNumberOfCompilerThreads' -Dintake.assignments=$(ASSIGNMENTS)

interop: ## our Fast client and server against node-fast from npm
	@bin/setup-interop
	@$(MVN) -q test -pl ops/playground -am -Dtest=NodeFastInterop -Dsurefire.failIfNoSpecifiedTests=false \
		-Dinterop.directory=$(CURDIR)/target/interop
	@grep -h 'Tests run' ops/playground/target/surefire-reports/*NodeFastInterop.txt

FUZZ_REQUESTS ?= 20000
fuzz-api: ## 20,000 random requests to the API of a manager in memory, compared with its contract; 10 minutes
	@bin/setup-fuzz
	@$(MVN) -q test -pl http-api -am -Dtest=ApiFuzz -Dsurefire.failIfNoSpecifiedTests=false \
		-Dfuzz.directory=$(CURDIR)/target/fuzz -Dfuzz.requests=$(FUZZ_REQUESTS) -Dfuzz.seed=$(SEED)
	@grep -h 'Tests run' http-api/target/surefire-reports/*ApiFuzz.txt

format: ## format the sources (palantir-java-format)
	@$(MVN) -q spotless:apply

demo: dist ## empty a storage node of a simulated region; a manager and an agent are killed on the way
	@bin/rebalancer archive-classes || true
	@bin/rebalancer playground --crash --dir target/demo

demo-monitoring: dist ## a region that empties a node, and a Prometheus that scrapes it with our rules, until Ctrl-C
	@bin/setup-tests
	@bin/demo-monitoring

run-cluster: dist ## PostgreSQL, three managers and five agents, each a process, until Ctrl-C
	@bin/rebalancer playground --managers 3 --nodes 5 --processes --no-evacuate --keep --dir target/cluster

dist: ## build a distribution that runs outside the source tree: target/rebalancer-VERSION.tar.gz
	@rm -rf target/dist
	@# Modules are compiled two at a time; several that copy the same library into one directory must not be.
	@MAVEN_OPTS="$(QUICK_JVM) $$MAVEN_OPTS" $(MVN) -q -T2 package -DskipTests
	@MAVEN_OPTS="$(QUICK_JVM) $$MAVEN_OPTS" $(MVN) -q package -DskipTests dependency:copy-dependencies -DincludeScope=runtime \
		-DoutputDirectory=$(CURDIR)/target/dist/lib
	@cp ops/playground/target/playground-$(VERSION).jar ops/adm/target/adm-$(VERSION).jar target/dist/lib/
	@mkdir -p target/dist/bin && cp bin/rebalancer bin/rebalancer-adm bin/archive-classes target/dist/bin/
	@java -cp target/dist/lib/adm-$(VERSION).jar io.rebalancer.adm.ManPages target/dist/share
	@mkdir -p target/dist/ops/dashboards target/dist/docs/operations
	@cp ops/dashboards/*.json ops/dashboards/*.yml ops/dashboards/README.md target/dist/ops/dashboards/
	@cp docs/operations/alerts.md docs/operations/metrics.md target/dist/docs/operations/
	@cp README.md LICENSE CHANGELOG.md target/dist/
	@bin/make-archive target/dist $(NAME) target/$(NAME).tar.gz
	@touch target/dist/.built
	@echo "target/$(NAME).tar.gz"

dashboards: ## render ops/dashboards/*.json from ops/dashboards/source
	@$(MVN) -q test -pl ops/playground -am -Dtest=DashboardFilesTest -Dsurefire.failIfNoSpecifiedTests=false -Ddashboards=write

docs-cli: dist ## run the commands of docs/operations/cli.md and rewrite their output in the page; a minute
	@$(MVN) -q test -pl ops/adm -am -Dtest=CliPageTest -Dsurefire.failIfNoSpecifiedTests=false $(CLI_PAGE) -Dcli.page=write
	@echo "docs/operations/cli.md is rewritten; read what changed before you commit it"

release: ## build archive, SBOM (CycloneDX) and checksums from clean, in target/release; same sources, same bytes
	@$(MAKE) --no-print-directory clean dist
	@$(MVN) -q -DskipTests org.cyclonedx:cyclonedx-maven-plugin:makeAggregateBom
	@mkdir -p target/release
	@mv target/$(NAME).tar.gz target/release/
	@cp target/sbom.json target/release/$(NAME).cdx.json
	@cd target/release && sha256sum $(NAME).cdx.json $(NAME).tar.gz >$(NAME).sha256
	@cat target/release/$(NAME).sha256

javadoc: ## build the API documentation of the product: target/javadoc/apidocs/index.html
	@$(MVN) -q javadoc:aggregate
	@echo "target/javadoc/apidocs/index.html"

clean: ## remove everything built
	@$(MVN) -q clean
	@rm -rf target build.log
