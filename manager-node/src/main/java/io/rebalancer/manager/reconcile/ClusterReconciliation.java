package io.rebalancer.manager.reconcile;

import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.async.RepeatedAsk;
import io.rebalancer.cluster.message.ReconcileMessage;
import io.rebalancer.cluster.message.ReconcileMessage.RunFound;
import io.rebalancer.cluster.message.ReconcileMessage.RunReply;
import io.rebalancer.cluster.message.ScheduleMessage;
import io.rebalancer.cluster.message.ScheduleMessage.ScheduleReply;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.JobHistory.Page;
import io.rebalancer.core.port.ListOrder;
import io.rebalancer.core.port.NodeInventory;
import io.rebalancer.core.port.ReconciliationFindings;
import io.rebalancer.core.port.ReconciliationFindings.Filter;
import io.rebalancer.core.port.ReconciliationFindings.RunLine;
import io.rebalancer.core.port.ReconciliationService;
import io.rebalancer.core.port.ReconciliationService.RunRefused.Code;
import io.rebalancer.core.port.StorageNodeService;
import io.rebalancer.core.reconcile.Finding;
import io.rebalancer.core.reconcile.PlanUsability;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunOrder;
import io.rebalancer.core.reconcile.RunPhase;
import io.rebalancer.core.reconcile.RunState;
import io.rebalancer.core.reconcile.ScheduleStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;

/** Asks the schedule and the runs, on whichever member they are. */
public final class ClusterReconciliation implements ReconciliationService {
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(15);
    /** Messages to a crashed member are lost until the cluster notices the crash, so unanswered questions are repeated. */
    private static final Duration RETRY_INTERVAL = Duration.ofSeconds(1);

    private final ActorSystem<?> system;
    private final ActorRef<ScheduleMessage> schedule;
    private final StorageNodeService nodes;
    private final NodeInventory.Fleet inventories;
    private final ReconciliationFindings findings;
    private final BooleanSupplier enabled;
    private final Clock clock;

    /** @param enabled whether runs can be ordered now */
    public ClusterReconciliation(
            ActorSystem<?> system,
            ActorRef<ScheduleMessage> schedule,
            StorageNodeService nodes,
            NodeInventory.Fleet inventories,
            ReconciliationFindings findings,
            BooleanSupplier enabled,
            Clock clock) {
        this.system = system;
        this.schedule = schedule;
        this.nodes = nodes;
        this.inventories = inventories;
        this.findings = findings;
        this.enabled = enabled;
        this.clock = clock;
    }

    @Override
    public boolean isEnabled() {
        return enabled.getAsBoolean();
    }

    @Override
    public CompletionStage<UUID> begin(NewRun run) {
        if (!isEnabled()) {
            return disabled();
        }
        return nodes.fleet()
                .thenApply(fleet -> fleet.stream().map(each -> each.node().id()).toList())
                .thenCompose(known -> register(run, known));
    }

    private CompletionStage<UUID> register(NewRun run, List<StorageNodeId> known) {
        Optional<StorageNodeId> unknown =
                run.nodes().stream().filter(node -> !known.contains(node)).findFirst();
        if (unknown.isPresent()) {
            return refused(
                    Code.UNKNOWN_STORAGE_NODE,
                    "storinfo lists no storage node " + unknown.get() + "; GET /api/v1/fleet lists all nodes");
        }
        List<StorageNodeId> compared = run.nodes().isEmpty() ? known : run.nodes();
        if (compared.isEmpty()) {
            return refused(Code.UNKNOWN_STORAGE_NODE, "storinfo lists no storage node, so there is nothing to compare");
        }
        if (compared.size() > RunOrder.MAX_NODES) {
            return refused(
                    Code.BAD_REQUEST,
                    "a run compares at most " + RunOrder.MAX_NODES + " storage nodes, not " + compared.size()
                            + "; order several runs, each with some of them in nodes. Nothing was begun");
        }
        return register(
                run.id(),
                replyTo -> new ScheduleMessage.RegisterRun(
                        run.id(),
                        run.mode(),
                        compared,
                        run.orderedBy(),
                        run.acceptRoots(),
                        run.readsContents(),
                        Optional.empty(),
                        Optional.empty(),
                        replyTo));
    }

    private CompletionStage<UUID> register(UUID runId, Function<ActorRef<ScheduleReply>, ScheduleMessage> request) {
        return AskPattern.<ScheduleMessage, ScheduleReply>ask(schedule, request::apply, ASK_TIMEOUT, system.scheduler())
                .thenCompose(reply -> reply instanceof ScheduleMessage.NodeBusy busy
                        ? refused(
                                Code.RECONCILIATION_RUNNING,
                                "run " + busy.runId() + " works on " + busy.node()
                                        + "; wait until it ends, or cancel it")
                        : CompletableFuture.completedStage(runId));
    }

    @Override
    public CompletionStage<UUID> act(NewRepairs repairs) {
        if (!isEnabled()) {
            return disabled();
        }
        return get(repairs.planId())
                .thenCompose(plan -> plan.isEmpty()
                        ? refused(Code.RUN_NOT_FOUND, noRun(repairs.planId()))
                        : act(repairs, plan.get().state()));
    }

    private CompletionStage<UUID> act(NewRepairs repairs, RunState plan) {
        PlanUsability usable =
                PlanUsability.of(plan, repairs.nodes(), Set.copyOf(repairs.overridden()), clock.instant());
        return usable.refusal()
                .map(why -> ClusterReconciliation.<UUID>refused(Code.PLAN_NOT_USABLE, why))
                .orElseGet(() -> register(
                        repairs.id(),
                        replyTo -> new ScheduleMessage.RegisterRun(
                                repairs.id(),
                                RunMode.ACT,
                                usable.nodes(),
                                repairs.orderedBy(),
                                false,
                                false,
                                Optional.of(repairs.planId()),
                                Optional.of(usable.scope(plan, repairs.classes())),
                                replyTo)));
    }

    @Override
    public CompletionStage<UUID> purge(UUID id, StorageNodeId node, String by) {
        return begin(new NewRun(id, RunMode.PURGE, List.of(node), false, false, by));
    }

    private static String noRun(UUID runId) {
        return "no run " + runId + "; GET /api/v1/reconciliation/runs lists all runs";
    }

    private static CompletionStage<UUID> disabled() {
        return refused(
                Code.RECONCILIATION_DISABLED,
                "reconciliation is switched off on this manager; set rebalancer.reconcile.enabled = on in its"
                        + " configuration file, on all managers");
    }

    private static <T> CompletionStage<T> refused(Code code, String detail) {
        return CompletableFuture.failedFuture(new RunRefused(code, detail));
    }

    @Override
    public CompletionStage<ScheduleStatus> schedule() {
        return report().thenApply(ScheduleMessage.ScheduleReported::status);
    }

    /** The runs that must be kept: see {@link ScheduleMessage.ScheduleReported}. */
    public CompletionStage<Set<UUID>> neededRuns() {
        return report().thenApply(ScheduleMessage.ScheduleReported::needed);
    }

    private CompletionStage<ScheduleMessage.ScheduleReported> report() {
        return RepeatedAsk.every(
                RETRY_INTERVAL,
                system,
                () -> AskPattern.<ScheduleMessage, ScheduleMessage.ScheduleReported>ask(
                        schedule, ScheduleMessage.AskSchedule::new, ASK_TIMEOUT, system.scheduler()));
    }

    /**
     * Lets a run forget itself, if it ended before this time.
     *
     * @return the phase {@code NONE} if the run does not exist any more
     */
    public CompletionStage<RunFound> forget(UUID runId, Instant endedBefore) {
        return ask(runId, replyTo -> new ReconcileMessage.ForgetRun(endedBefore, replyTo))
                .thenApply(reply -> (RunFound) reply);
    }

    @Override
    public CompletionStage<Optional<View>> get(UUID runId) {
        return RepeatedAsk.every(RETRY_INTERVAL, system, () -> ask(runId, ReconcileMessage.GetRun::new))
                .thenApply(reply -> Optional.of(view(runId, reply))
                        .filter(view -> view.state().phase() != RunPhase.NONE));
    }

    @Override
    public CompletionStage<View> cancel(UUID runId, String by) {
        return ask(runId, replyTo -> new ReconcileMessage.CancelRun("cancelled by " + by, replyTo))
                .thenApply(reply -> {
                    View view = view(runId, reply);
                    if (view.state().phase() == RunPhase.NONE) {
                        throw new RunRefused(Code.RUN_NOT_FOUND, noRun(runId));
                    }
                    return view;
                });
    }

    private CompletionStage<RunReply> ask(UUID runId, Function<ActorRef<RunReply>, ReconcileMessage> question) {
        return ClusterSharding.get(system)
                .entityRefFor(Entities.RECONCILIATION_RUN, runId.toString())
                .<RunReply>ask(question::apply, ASK_TIMEOUT);
    }

    private static View view(UUID runId, RunReply reply) {
        RunFound found = (RunFound) reply;
        return new View(runId, found.state(), found.revision(), found.activity());
    }

    @Override
    public CompletionStage<NodeInventory.QuarantinePage> quarantined(
            StorageNodeId node, Optional<String> after, int limit) {
        return inventories.of(node).quarantined(after, limit);
    }

    @Override
    public CompletionStage<NodeInventory.Restore> restore(StorageNodeId node, String item) {
        return inventories.of(node).restore(item);
    }

    @Override
    public CompletionStage<Page<RunLine>> runs(ListOrder order, Optional<String> after, int limit) {
        return findings.runs(order, after, limit);
    }

    @Override
    public CompletionStage<Page<Finding>> findings(UUID runId, Filter filter, Optional<String> after, int limit) {
        return findings.findings(runId, filter, after, limit);
    }
}
