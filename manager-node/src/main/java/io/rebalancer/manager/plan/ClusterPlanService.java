package io.rebalancer.manager.plan;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.cluster.async.RepeatedAsk;
import io.rebalancer.cluster.message.PlanMessage;
import io.rebalancer.cluster.message.PlanMessage.PlanReply;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.plan.PlanList;
import io.rebalancer.core.plan.PlanOrder;
import io.rebalancer.core.plan.PlanRefusal;
import io.rebalancer.core.plan.PlanReport;
import io.rebalancer.core.plan.Scenario;
import io.rebalancer.core.port.MetadataTier;
import io.rebalancer.core.port.PlanService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.japi.function.Function;

/** Asks the registry of plans, on whichever manager it runs. Every question is repeated: the orders are idempotent. */
public final class ClusterPlanService implements PlanService {
    /** The registry asks for the fleet, which takes 3 s at most. */
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(10);

    private static final Duration RETRY_INTERVAL = Duration.ofSeconds(1);

    private final ActorSystem<?> system;
    private final MetadataTier tier;
    private final ActorRef<PlanMessage> registry;
    private final Duration askTimeout;

    /**
     * @param tier finds storage nodes in the fleet's register
     * @param registry the registry of plans, or a proxy to it
     */
    public ClusterPlanService(ActorSystem<?> system, MetadataTier tier, ActorRef<PlanMessage> registry) {
        this(system, tier, registry, ASK_TIMEOUT);
    }

    ClusterPlanService(ActorSystem<?> system, MetadataTier tier, ActorRef<PlanMessage> registry, Duration askTimeout) {
        this.system = system;
        this.tier = tier;
        this.registry = registry;
        this.askTimeout = askTimeout;
    }

    @Override
    public CompletionStage<UUID> create(UUID id, List<String> leavingNodes, long maxRecords, Scenario scenario) {
        CompletionStage<List<CopyLocation>> found = CompletableFuture.completedStage(new ArrayList<>());
        for (String node : leavingNodes) {
            found = found.thenCombine(find(node), (all, each) -> {
                if (!all.contains(each)) {
                    all.add(each);
                }
                return all;
            });
        }
        return found.thenCompose(leaving -> ask(replyTo ->
                        new PlanMessage.CreatePlan(id, new PlanOrder(leaving, maxRecords, scenario), replyTo)))
                .thenApply(created -> id);
    }

    private CompletionStage<CopyLocation> find(String node) {
        return tier.findStorageNode(node)
                .thenApply(found -> found.orElseThrow(() -> new PlanRefused(PlanRefusal.of(
                        PlanRefusal.Code.UNKNOWN_STORAGE_NODE,
                        "unknown storage node " + node + ": no record in bucket manta_storage of Moray shard 1; use a"
                                + " storage id from the list of storage nodes"))));
    }

    @Override
    public CompletionStage<PlanList> list() {
        return ask(PlanMessage.ListPlans::new).thenApply(reply -> ((PlanMessage.Plans) reply).list());
    }

    @Override
    public CompletionStage<PlanReport> get(UUID planId) {
        return ask(replyTo -> new PlanMessage.GetPlan(planId, replyTo))
                .thenApply(reply -> ((PlanMessage.PlanFound) reply).plan());
    }

    @Override
    public CompletionStage<Void> delete(UUID planId) {
        return ask(replyTo -> new PlanMessage.DeletePlan(planId, replyTo)).thenAccept(deleted -> {});
    }

    @Override
    public CompletionStage<Void> check(UUID planId, String leavingNode, long maxRecords) {
        return find(leavingNode)
                .thenCompose(leaving -> ask(replyTo -> new PlanMessage.CheckPlan(planId, leaving, maxRecords, replyTo)))
                .thenAccept(passed -> {});
    }

    private CompletionStage<PlanReply> ask(Function<ActorRef<PlanReply>, PlanMessage> message) {
        return RepeatedAsk.every(
                        RETRY_INTERVAL, system, () -> AskPattern.ask(registry, message, askTimeout, system.scheduler()))
                .exceptionally(failure -> {
                    throw new CompletionException(new PlansUnavailable(
                            "the registry of plans did not reply within " + askTimeout.toSeconds()
                                    + " s; it runs on the oldest manager, see GET /api/v1/cluster, and only if the version of"
                                    + " that manager has plans",
                            Failures.rootCause(failure)));
                })
                .thenApply(reply -> {
                    if (reply instanceof PlanMessage.PlanRefused refused) {
                        throw new PlanRefused(refused.refusal());
                    }
                    return reply;
                });
    }
}
