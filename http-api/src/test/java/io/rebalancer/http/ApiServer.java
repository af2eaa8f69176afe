package io.rebalancer.http;

import io.rebalancer.cluster.async.BlockingExecutor;
import io.rebalancer.cluster.settings.HttpSettings;
import io.rebalancer.cluster.settings.LegacySettings;
import io.rebalancer.cluster.settings.LoginSettings;
import io.rebalancer.cluster.telemetry.LegacyMetrics;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.core.evacuate.PassScope;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.evacuate.VerificationProgress;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.FleetSettingsService;
import io.rebalancer.core.port.JobService;
import io.rebalancer.core.port.TierUnavailable;
import io.rebalancer.core.preflight.CheckResult;
import io.rebalancer.core.settings.Choices;
import io.rebalancer.core.settings.Configured;
import io.rebalancer.core.settings.SettingName;
import io.rebalancer.core.settings.SettingRules;
import io.rebalancer.core.settings.SettingsChange;
import io.rebalancer.core.settings.SettingsReport;
import io.rebalancer.core.settings.WeightTotals;
import io.rebalancer.http.contract.ContractCheck;
import io.rebalancer.http.server.HttpServer;
import io.rebalancer.http.server.Logins;
import io.rebalancer.http.v1.jobs.EventStreams;
import io.rebalancer.http.v1.jobs.FleetEventsRoute;
import io.rebalancer.http.v1.jobs.JobEventsRoute;
import io.rebalancer.http.v1.jobs.JobFeed;
import io.rebalancer.http.v1.jobs.JobUpdate;
import io.rebalancer.loopback.LoopbackPorts;
import io.rebalancer.testsupport.HttpCalls;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.stream.javadsl.Source;

/** The API of a manager or an agent over a real socket, with jobs in memory behind it. */
public final class ApiServer {
    private static Optional<ActorTestKit> kit = Optional.empty();
    public static final UUID RUNNING = UUID.fromString("11111111-1111-4111-8111-111111111111");
    public static final UUID ENDED = UUID.fromString("22222222-2222-4222-8222-222222222222");
    public static final UUID NEW = UUID.fromString("33333333-3333-4333-8333-333333333333");
    public static final UUID BROKEN = UUID.fromString("44444444-4444-4444-8444-444444444444");
    private static final CopyLocation LEAVING = new CopyLocation("dc1", new StorageNodeId("1.stor.d"));
    public static final int STEPS = 1000;
    public static final int MAX_STREAMS = 64;

    private static final VerificationProgress VERIFYING = new VerificationProgress(8, 3, 1000, 2);
    private static final JobWait WAIT =
            new JobWait(JobWait.Cause.METADATA_SHARD, Instant.EPOCH, Optional.empty(), "shard 7 does not answer");

    /** Actions that jobs, nodes or certificates carried out. */
    public static final AtomicInteger performed = new AtomicInteger();

    public static final AuditInMemory AUDIT = new AuditInMemory();
    public static final PlansInMemory PLANS = new PlansInMemory();
    /** One run of reconciliation. */
    public static final ReconciliationInMemory RECONCILIATION = new ReconciliationInMemory();

    public static final TokensInMemory TOKENS = new TokensInMemory();
    public static final SessionsInMemory SESSIONS = new SessionsInMemory(TOKENS.clock());
    private static final LoginSettings DEFAULT_LOGIN =
            new LoginSettings(Duration.ofHours(12), SessionsInMemory.IDLE, Optional.empty());
    /** How browsers log in. */
    public static LoginSettings login = DEFAULT_LOGIN;

    static final NodesInMemory NODES = new NodesInMemory();
    /** What the checks before a job find. */
    public static List<CheckResult> checks = List.of();

    public static final ExplanationsInMemory EXPLANATIONS = new ExplanationsInMemory();
    /** The agents of storage nodes. */
    public static final AgentsInMemory AGENTS = new AgentsInMemory();

    static final CertificatesInMemory CERTIFICATES = new CertificatesInMemory();
    public static int port;
    /** Whether the server has the routes of a manager, and no others. */
    private static boolean servesManager;

    public static List<String> waitingFor = List.of();
    public static int parallelism;
    /** The reasons of the last retry of some exceptions. */
    public static Set<Reason> retried = Set.of();

    /** What operators chose for each job, and for the fleet. */
    public static Choices chosen = Choices.NONE;

    public static Choices fleet = Choices.NONE;
    /** Whether event streams stay open after their last event. */
    public static boolean feedLasts;
    /** Further jobs that exist, at work as {@link #RUNNING}. */
    public static Predicate<UUID> existing = id -> false;
    /** The id with which the last job was created. */
    public static Optional<UUID> createdAs = Optional.empty();
    /** How event streams end, unless they complete. */
    public static Optional<RuntimeException> feedFailure = Optional.empty();

    /** The changes of the fleet. */
    public static final FleetInMemory FLEET_EVENTS = new FleetInMemory();

    public static void start() throws Exception {
        start(new LegacySettings(0, false));
    }

    public static void start(LegacySettings legacy) throws Exception {
        serve("manager", managerRoutes(legacy));
    }

    /** The routes of a manager with jobs in memory. */
    public static Route managerRoutes(LegacySettings legacy) {
        parallelism = 0;
        chosen = Choices.NONE;
        fleet = Choices.NONE;
        EventStreams streams = new EventStreams(MAX_STREAMS);
        return ManagerApi.routes(
                new Jobs(),
                new JobEventsRoute(new Feed(), streams),
                new FleetEventsRoute(FLEET_EVENTS, streams),
                new HistoryInMemory(),
                new NodeServices(NODES, CERTIFICATES, AGENTS, RECONCILIATION),
                new JobAdvice(node -> CompletableFuture.completedFuture(checks), PLANS, EXPLANATIONS),
                new Fleet(),
                new OneMember(),
                () -> CompletableFuture.completedFuture(waitingFor),
                () -> legacy,
                new LegacyMetrics(Map.of()),
                AUDIT,
                AUDIT,
                new Access(
                        TOKENS,
                        TOKENS,
                        SESSIONS,
                        login,
                        new BlockingExecutor(ForkJoinPool.commonPool()),
                        TOKENS.clock()));
    }

    /** Starts a manager whose requests need a login, unless {@code settings} state otherwise. */
    public static void startWithLogin(LegacySettings legacy, UnaryOperator<HttpSettings> settings) throws Exception {
        kit = Optional.of(ActorTestKit.create("api"));
        servesManager = true;
        port = LoopbackPorts.reserve();
        HttpSettings listener = settings.apply(
                new HttpSettings("127.0.0.1", port, false, true, Optional.empty(), Optional.empty(), List.of()));
        HttpServer.start(
                        system(),
                        "manager",
                        listener,
                        managerRoutes(legacy),
                        new Logins(listener, TOKENS, SESSIONS, legacy::access, AUDIT, TOKENS.clock()))
                .toCompletableFuture()
                .get();
    }

    /**
     * Starts a server with other routes, such as an agent's.
     *
     * @param name {@code manager} only if the routes are those of a manager
     */
    public static void serve(String name, Route route) throws Exception {
        serve(name, route, listening -> listening);
    }

    /** Starts a server with further settings of its listener. */
    public static void serve(String name, Route route, UnaryOperator<HttpSettings> settings) throws Exception {
        kit = Optional.of(ActorTestKit.create("api"));
        servesManager = name.equals("manager");
        port = LoopbackPorts.reserve();
        HttpServer.start(system(), name, settings.apply(new HttpSettings("127.0.0.1", port)), route)
                .toCompletableFuture()
                .get();
    }

    /** As before the first test: no tokens, sessions, audit entries, checks or actions, and logins with tokens only. */
    public static void reset() {
        TOKENS.reset();
        AUDIT.reset();
        SESSIONS.reset();
        checks = List.of();
        performed.set(0);
        resetLogin();
    }

    /** Browsers log in with tokens only. */
    public static void resetLogin() {
        login = DEFAULT_LOGIN;
    }

    public static void stop() {
        kit.ifPresent(ActorTestKit::shutdownTestKit);
    }

    public static ActorSystem<?> system() {
        return kit.orElseThrow().system();
    }

    /**
     * A job at work: one record relocated, one duplicate, one skipped, three in flight. Two of these three are copied, and
     * the copy of one of them failed.
     */
    private static JobState runningState() {
        JobState state = JobState.EMPTY
                .apply(new JobEvent.JobCreated(LEAVING, 0, Instant.EPOCH))
                .apply(new JobEvent.PassStarted(1, Instant.EPOCH, PassScope.ALL_RECORDS))
                .apply(new JobEvent.AssignmentPlanned(assignment(1, 1), Map.of()))
                .apply(new JobEvent.CopiesFinished(id(1), List.of()))
                .apply(new JobEvent.RelocationsCommitted(
                        id(1), new SettledCounts(1, 0, 0, 1, 5), List.of(), Optional.empty()))
                .apply(new JobEvent.RecordsExcepted(List.of(exception(9)), Map.of()))
                .apply(new JobEvent.AssignmentPlanned(assignment(2, 2), Map.of()))
                .apply(new JobEvent.AssignmentPlanned(assignment(3, 3, 4), Map.of()))
                .apply(new JobEvent.CopiesFinished(id(3), List.of(exception(4))));
        return parallelism == 0 ? state : state.apply(new JobEvent.CommitParallelismSet(parallelism));
    }

    private static UUID id(int number) {
        return new UUID(0, number);
    }

    private static RecordRef ref(int number) {
        return new RecordRef(1, "/o/stor/" + number);
    }

    private static UnmovedRecord exception(int number) {
        return new UnmovedRecord(ref(number), UnmovedRecord.Kind.SKIPPED, Reason.NO_DESTINATION, "no node has room");
    }

    private static Assignment assignment(int id, int... tasks) {
        List<CopyTask> list = new ArrayList<>();
        for (int task : tasks) {
            list.add(
                    new CopyTask(ref(task), id(task), id(0), 5, new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="), List.of()));
        }
        return new Assignment(id(id), new CopyLocation("dc2", new StorageNodeId("2.stor.d")), list);
    }

    private static final class Jobs implements JobService {
        @Override
        public CompletionStage<UUID> create(String leavingNode, long maxRecords) {
            return create(UUID.randomUUID(), leavingNode, maxRecords);
        }

        @Override
        public CompletionStage<UUID> create(UUID jobId, String leavingNode, long maxRecords) {
            createdAs = Optional.of(jobId);
            performed.incrementAndGet();
            return switch (leavingNode) {
                case "unknown" ->
                    CompletableFuture.failedFuture(
                            new JobRefused(JobRefused.Code.UNKNOWN_STORAGE_NODE, "unknown storage node unknown"));
                case "leaving" ->
                    CompletableFuture.failedFuture(
                            new JobRefused(JobRefused.Code.NODE_ALREADY_LEAVING, "job x already empties it"));
                case "down" ->
                    CompletableFuture.failedFuture(
                            new TierUnavailable("shard 1 at 127.0.0.1:1: refused", new IOException("refused")));
                default -> CompletableFuture.completedFuture(new UUID(NEW.getMostSignificantBits(), maxRecords));
            };
        }

        @Override
        public CompletionStage<UUID> retry(UUID jobId) {
            performed.incrementAndGet();
            return jobId.equals(ENDED)
                    ? CompletableFuture.completedFuture(NEW)
                    : CompletableFuture.failedFuture(
                            jobId.equals(RUNNING)
                                    ? new JobRefused(JobRefused.Code.NODE_ALREADY_LEAVING, "job x already empties it")
                                    : new JobRefused(JobRefused.Code.JOB_NOT_FOUND, "no such job"));
        }

        @Override
        public CompletionStage<Retry> retry(UUID jobId, Set<Reason> reasons) {
            retried = reasons;
            return jobId.equals(RUNNING)
                    ? cancel(jobId).thenApply(NextPass::new)
                    : retry(jobId).thenApply(NewJob::new);
        }

        @Override
        public CompletionStage<View> pause(UUID jobId) {
            return cancel(jobId);
        }

        @Override
        public CompletionStage<View> resume(UUID jobId) {
            return cancel(jobId);
        }

        @Override
        public CompletionStage<View> cancel(UUID jobId) {
            performed.incrementAndGet();
            return get(jobId).thenApply(found -> {
                View view = found.orElseThrow(() -> new JobRefused(JobRefused.Code.JOB_NOT_FOUND, "no job " + jobId));
                if (view.state().phase().terminal()) {
                    throw new JobRefused(JobRefused.Code.JOB_NOT_RUNNING, "job " + jobId + " is not running");
                }
                return view;
            });
        }

        @Override
        public CompletionStage<View> changeSettings(UUID jobId, SettingsChange change, String by) {
            performed.incrementAndGet();
            if (!jobId.equals(RUNNING) && !jobId.equals(ENDED)) {
                return CompletableFuture.failedFuture(new JobRefused(JobRefused.Code.JOB_NOT_FOUND, "no such job"));
            }
            if (jobId.equals(ENDED)) {
                return CompletableFuture.failedFuture(
                        new JobRefused(JobRefused.Code.JOB_NOT_RUNNING, "the job is DONE"));
            }
            change.values().forEach((name, value) -> {
                if (name == SettingName.COMMIT_PARALLELISM) {
                    parallelism = Math.toIntExact(value);
                }
            });
            chosen = chosen.after(change, by, Instant.EPOCH);
            return get(jobId).thenApply(Optional::orElseThrow);
        }

        @Override
        public CompletionStage<SettingsReport> settings(UUID jobId) {
            if (!jobId.equals(RUNNING) && !jobId.equals(ENDED)) {
                return CompletableFuture.failedFuture(new JobRefused(JobRefused.Code.JOB_NOT_FOUND, "no such job"));
            }
            Configured configured =
                    new Configured(Map.of(SettingName.COMMIT_PARALLELISM, 16L), Set.of(SettingName.COMMIT_PARALLELISM));
            return CompletableFuture.completedFuture(new SettingsReport(
                    SettingRules.effective(configured, fleet, chosen, new WeightTotals(2, 1)),
                    chosen.window(),
                    fleet.window()));
        }

        @Override
        public CompletionStage<List<Summary>> list() {
            return CompletableFuture.completedFuture(List.of(
                    new Summary(RUNNING, "1.stor.d", Instant.EPOCH, false, false),
                    new Summary(ENDED, "2.stor.d", Instant.EPOCH, true, false),
                    new Summary(NEW, "3.stor.d", Instant.EPOCH, true, true)));
        }

        @Override
        public CompletionStage<Optional<View>> get(UUID jobId) {
            if (jobId.equals(BROKEN)) {
                throw new IllegalStateException("a secret detail");
            }
            if (jobId.equals(RUNNING) || existing.test(jobId)) {
                return CompletableFuture.completedFuture(Optional.of(
                        new View(jobId, 9, runningState().outline(), List.of(WAIT), Optional.of(VERIFYING))));
            }
            return CompletableFuture.completedFuture(
                    jobId.equals(ENDED)
                            ? Optional.of(
                                    new View(jobId, STEPS + 3, last(updates()).state(), List.of(), Optional.empty()))
                            : Optional.empty());
        }
    }

    private static JobUpdate last(List<JobUpdate> updates) {
        return updates.get(updates.size() - 1);
    }

    /** A job with a thousand updates of progress, one of them with two exceptions. */
    public static List<JobUpdate> updates() {
        List<JobUpdate> updates = new ArrayList<>();
        JobState state = JobState.EMPTY.apply(new JobEvent.JobCreated(LEAVING, 0, Instant.EPOCH));
        updates.add(JobUpdate.of(1, state.outline(), List.of(), true));
        state = state.apply(new JobEvent.PassStarted(1, Instant.EPOCH, PassScope.ALL_RECORDS));
        updates.add(JobUpdate.of(2, state.outline(), List.of(), true));
        for (int step = 0; step < STEPS; step++) {
            List<UnmovedRecord> exceptions = step == 500 ? List.of(exception(1), exception(2)) : List.of();
            updates.add(JobUpdate.of(3 + step, state.outline(), exceptions, false));
        }
        state = state.apply(new JobEvent.JobEnded(JobPhase.DONE, "", Instant.EPOCH));
        updates.add(JobUpdate.of(3 + STEPS, state.outline(), List.of(), true));
        return updates;
    }

    private static final class Fleet implements FleetSettingsService {
        @Override
        public CompletionStage<Choices> get() {
            return CompletableFuture.completedFuture(fleet);
        }

        @Override
        public CompletionStage<Choices> change(SettingsChange change, String by) {
            performed.incrementAndGet();
            fleet = fleet.after(change, by, Instant.EPOCH);
            return get();
        }
    }

    private static final class Feed implements JobFeed {
        @Override
        public CompletionStage<Optional<Changes>> open(UUID jobId) {
            return new Jobs().get(jobId).thenApply(found -> found.map(Feed::changes));
        }

        private static Changes changes(JobService.View view) {
            return new Changes() {
                @Override
                public JobUpdate start() {
                    return JobUpdate.current(view.revision(), view.state());
                }

                @Override
                public Source<JobUpdate, NotUsed> updates(OptionalLong afterRevision) {
                    Source<JobUpdate, NotUsed> end = feedFailure
                            .<Source<JobUpdate, NotUsed>>map(Source::failed)
                            .orElseGet(() -> feedLasts ? Source.never() : Source.empty());
                    return Source.from(ApiServer.updates())
                            .filter(update -> update.revision() > afterRevision.orElse(0))
                            .concat(end);
                }
            };
        }
    }

    /** Calls to the server. Each response of a manager has to be as its contract documents. */
    public static HttpCalls calls() {
        HttpCalls calls = HttpCalls.toPort(port);
        return servesManager ? calls.observedBy(ContractCheck::verify) : calls;
    }

    public static HttpResponse<String> get(String path, String... headers) throws Exception {
        return calls().get(path, headers);
    }

    public static HttpResponse<String> post(String path, String body) throws Exception {
        return calls().post(path, body);
    }

    public static HttpResponse<String> send(String method, String path, String body) throws Exception {
        return calls().send(method, path, body);
    }

    public static String order(String node) {
        return "{\"action\":\"evacuate\",\"params\":{\"from_shark\":\"" + node + "\"}}";
    }

    public static HttpResponse<String> put(String id, String body) throws Exception {
        return calls().put("/jobs/" + id, body);
    }

    private ApiServer() {}
}
