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
import io.rebalancer.core.port.ReconciliationFindings;
import io.rebalancer.core.port.ReconciliationFindings.Filter;
import io.rebalancer.core.port.ReconciliationFindings.RunLine;
import io.rebalancer.core.port.ReconciliationService;
import io.rebalancer.core.port.ReconciliationService.RunRefused.Code;
import io.rebalancer.core.port.StorageNodeService;
import io.rebalancer.core.reconcile.Finding;
import io.rebalancer.core.reconcile.RunPhase;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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
    private final ReconciliationFindings findings;
    private final BooleanSupplier enabled;

    /** @param enabled whether runs can be ordered now */
    public ClusterReconciliation(
            ActorSystem<?> system,
            ActorRef<ScheduleMessage> schedule,
            StorageNodeService nodes,
            ReconciliationFindings findings,
            BooleanSupplier enabled) {
        this.system = system;
        this.schedule = schedule;
        this.nodes = nodes;
        this.findings = findings;
        this.enabled = enabled;
    }

    @Override
    public boolean isEnabled() {
        return enabled.getAsBoolean();
    }

    @Override
    public CompletionStage<UUID> begin(NewRun run) {
        if (!isEnabled()) {
            return refused(
                    Code.RECONCILIATION_DISABLED,
                    "reconciliation is switched off on this manager; set rebalancer.reconcile.enabled = on in its"
                            + " configuration file, on all managers");
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
        return AskPattern.<ScheduleMessage, ScheduleReply>ask(
                        schedule,
                        replyTo -> new ScheduleMessage.RegisterRun(
                                run.id(),
                                run.mode(),
                                compared,
                                Optional.empty(),
                                run.orderedBy(),
                                run.acceptRoots(),
                                replyTo),
                        ASK_TIMEOUT,
                        system.scheduler())
                .thenCompose(reply -> reply instanceof ScheduleMessage.NodeBusy busy
                        ? refused(
                                Code.RECONCILIATION_RUNNING,
                                "run " + busy.runId() + " compares " + busy.node()
                                        + "; wait until it ends, or cancel it")
                        : CompletableFuture.completedStage(run.id()));
    }

    private static <T> CompletionStage<T> refused(Code code, String detail) {
        return CompletableFuture.failedFuture(new RunRefused(code, detail));
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
                        throw new RunRefused(
                                Code.RUN_NOT_FOUND,
                                "no run " + runId + "; GET /api/v1/reconciliation/runs lists all runs");
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
    public CompletionStage<Page<RunLine>> runs(ListOrder order, Optional<String> after, int limit) {
        return findings.runs(order, after, limit);
    }

    @Override
    public CompletionStage<Page<Finding>> findings(UUID runId, Filter filter, Optional<String> after, int limit) {
        return findings.findings(runId, filter, after, limit);
    }
}
