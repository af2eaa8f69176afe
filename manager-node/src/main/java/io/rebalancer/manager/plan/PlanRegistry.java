package io.rebalancer.manager.plan;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.cluster.message.PlanMessage;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.plan.DurationBand;
import io.rebalancer.core.plan.FleetFigures;
import io.rebalancer.core.plan.PlanList;
import io.rebalancer.core.plan.PlanOrder;
import io.rebalancer.core.plan.PlanProgress;
import io.rebalancer.core.plan.PlanProgress.State;
import io.rebalancer.core.plan.PlanRefusal;
import io.rebalancer.core.plan.PlanRefusal.Code;
import io.rebalancer.core.plan.PlanReport;
import io.rebalancer.core.plan.PlanRules;
import io.rebalancer.core.plan.PlanTolerance;
import io.rebalancer.core.plan.PlanUse;
import io.rebalancer.core.storage.PlacementPolicy;
import io.rebalancer.core.text.OneLine;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Computes and keeps plans; a cluster singleton. Everything is in memory: a plan moves nothing, so a plan that is lost with its
 * manager can be created again. At most {@link KeptPlans#MAX_RUNNING} are computed at a time, and further orders are refused.
 */
public final class PlanRegistry extends AbstractBehavior<PlanMessage> {
    private static final Duration MAX_RUN_TIME = Duration.ofHours(2);
    /** JSON and its readers keep numbers below this exact. */
    private static final long MAX_SEED = 1L << 53;

    private record FleetRead(UUID planId, FleetSnapshot fleet) implements PlanMessage {}

    private record FleetUnknown(UUID planId, String why) implements PlanMessage {}

    private record RunProgressed(PlanRun.Progress progress) implements PlanMessage {}

    private record RunStopped(UUID planId) implements PlanMessage {}

    private record DurationEstimated(UUID planId, String note, DurationBand duration) implements PlanMessage {}

    private record FleetNotCompared(PlanMessage.CheckPlan check, String why) implements PlanMessage {}

    private record FleetCompared(PlanMessage.CheckPlan check, FleetSnapshot fleet) implements PlanMessage {}

    private final PlanResources resources;
    private final Instant since;
    private final KeptPlans plans = new KeptPlans();
    private final Map<UUID, ActorRef<PlanRun.Command>> runs = new HashMap<>();
    private final ActorRef<PlanRun.Progress> progressed;
    private final EarlierJobs earlierJobs;
    private final PlanGauges gauges = new PlanGauges();

    /** A registry that fails starts again, without plans: otherwise the cluster would have none until the next failover. */
    public static Behavior<PlanMessage> create(PlanResources resources) {
        return Behaviors.supervise(Behaviors.<PlanMessage>setup(context -> new PlanRegistry(context, resources)))
                .onFailure(SupervisorStrategy.restartWithBackoff(Duration.ofSeconds(1), Duration.ofSeconds(30), 0.2));
    }

    private PlanRegistry(ActorContext<PlanMessage> context, PlanResources resources) {
        super(context);
        this.resources = resources;
        this.earlierJobs = new EarlierJobs(resources.history());
        this.since = resources.clock().instant();
        this.progressed = context.messageAdapter(PlanRun.Progress.class, RunProgressed::new);
        gauges.update(plans);
    }

    @Override
    public Receive<PlanMessage> createReceive() {
        return newReceiveBuilder()
                .onMessage(PlanMessage.CreatePlan.class, this::onCreatePlan)
                .onMessage(PlanMessage.ListPlans.class, this::onListPlans)
                .onMessage(PlanMessage.GetPlan.class, this::onGetPlan)
                .onMessage(PlanMessage.DeletePlan.class, this::onDeletePlan)
                .onMessage(PlanMessage.CheckPlan.class, this::onCheckPlan)
                .onMessage(FleetRead.class, this::onFleetRead)
                .onMessage(FleetUnknown.class, unknown -> end(unknown.planId(), State.FAILED, unknown.why()))
                .onMessage(RunProgressed.class, message -> onProgress(message.progress()))
                .onMessage(RunStopped.class, this::onRunStopped)
                .onMessage(DurationEstimated.class, this::onDurationEstimated)
                .onMessage(FleetCompared.class, this::onFleetCompared)
                .onMessage(FleetNotCompared.class, this::onFleetNotCompared)
                .onSignal(PostStop.class, stopped -> onPostStop())
                .build();
    }

    private Behavior<PlanMessage> onCreatePlan(PlanMessage.CreatePlan create) {
        UUID id = create.planId();
        forgetOld();
        Optional<KeptPlan> known = plans.find(id);
        if (known.isPresent() && !known.get().order().isOf(create.order())) {
            refuse(
                    create.replyTo(),
                    id,
                    Code.IDEMPOTENCY_KEY_REUSED,
                    "with this Idempotency-Key plan " + id + " was created, for "
                            + known.get().order().leavingText()
                            + " or another limit or scenario; take a new key for another plan");
            return this;
        }
        if (known.isEmpty()) {
            if (!plans.mayBegin()) {
                refuse(
                        create.replyTo(),
                        id,
                        Code.TOO_MANY_PLANS,
                        "no plan was created for "
                                + create.order().leavingText() + ": " + KeptPlans.MAX_RUNNING
                                + " plans are computed at a time, and no further one now; wait until one is ready, or delete it");
                return this;
            }
            plans.add(KeptPlan.create(id, seeded(create.order()), now()));
            getContext()
                    .getLog()
                    .info("plan={} begins for {}", id, create.order().leavingText());
            getContext()
                    .pipeToSelf(
                            resources.fleet(),
                            (fleet, failure) -> failure == null
                                    ? new FleetRead(id, fleet)
                                    : new FleetUnknown(id, unknownFleet(failure) + "; create the plan again"));
        }
        gauges.update(plans);
        create.replyTo().tell(new PlanMessage.PlanAccepted(id));
        return this;
    }

    /** The seed is part of the plan, so that the plan can be repeated. */
    private static PlanOrder seeded(PlanOrder order) {
        return order.withSeed(order.scenario()
                .seed()
                .orElseGet(() -> ThreadLocalRandom.current().nextLong(MAX_SEED)));
    }

    private static String unknownFleet(Throwable failure) {
        return "the figures of the fleet are not known: " + OneLine.of(Failures.rootCause(failure));
    }

    private Behavior<PlanMessage> onFleetRead(FleetRead read) {
        plans.change(read.planId(), plan -> {
            PlacementPolicy policy = resources.policy();
            long seed = plan.order().scenario().seed().orElse(0);
            PlanInput input = new PlanInput(plan.id(), plan.order(), read.fleet(), seed, MAX_RUN_TIME);
            ActorRef<PlanRun.Command> run =
                    getContext().spawnAnonymous(PlanRun.create(input, resources.planning(), progressed));
            getContext().watchWith(run, new RunStopped(plan.id()));
            runs.put(plan.id(), run);
            return plan.beginsWith(read.fleet().figures(leaving(plan), policy));
        });
        return this;
    }

    /** The node whose figures are compared; a plan for several nodes can't be used for a job. */
    private static CopyLocation leaving(KeptPlan plan) {
        return plan.order().leaving().get(0);
    }

    private Behavior<PlanMessage> onProgress(PlanRun.Progress progress) {
        UUID id = progress.planId();
        PlanProgress found = progress.found();
        plans.change(id, plan -> plan.found(running(found), progress.plannedMib()));
        if (found.state() == State.READY && plans.find(id).isPresent()) {
            runs.remove(id);
            getContext()
                    .pipeToSelf(
                            earlierJobs.durationOf(
                                    found.moves().objects(), found.moves().bytes()),
                            (band, failure) -> new DurationEstimated(id, found.note(), band));
        }
        return found.state() == State.FAILED ? end(id, State.FAILED, found.note()) : this;
    }

    /** A plan is READY only with its duration. */
    private static PlanProgress running(PlanProgress found) {
        return new PlanProgress(State.RUNNING, found.moves(), found.unmovable(), found.belowTwoCopies(), found.note());
    }

    private Behavior<PlanMessage> onDurationEstimated(DurationEstimated estimated) {
        plans.change(
                estimated.planId(),
                plan -> plan.ended(
                        State.READY, estimated.note(), estimated.duration().of(plan.order(), now()), now()));
        return ended(estimated.planId());
    }

    /** A run that has ended is not among the runs any more. */
    private Behavior<PlanMessage> onRunStopped(RunStopped stopped) {
        return runs.containsKey(stopped.planId())
                ? end(
                        stopped.planId(),
                        State.FAILED,
                        "the plan stopped unexpectedly; see the log of this manager, and create the plan again")
                : this;
    }

    private Behavior<PlanMessage> end(UUID id, State state, String note) {
        plans.change(
                id,
                plan -> plan.ended(state, note, DurationBand.unknown("unknown, because the plan is not ready"), now()));
        return ended(id);
    }

    private Behavior<PlanMessage> ended(UUID id) {
        runs.remove(id);
        plans.find(id)
                .ifPresent(plan -> getContext()
                        .getLog()
                        .info(
                                "plan={} is {}: {} objects, {} bytes; {}",
                                id,
                                plan.progress().state(),
                                plan.progress().moves().objects(),
                                plan.progress().moves().bytes(),
                                plan.progress().note()));
        forgetOld();
        return this;
    }

    private Behavior<PlanMessage> onListPlans(PlanMessage.ListPlans list) {
        forgetOld();
        list.replyTo().tell(new PlanMessage.Plans(new PlanList(since, plans.summaries())));
        return this;
    }

    private Behavior<PlanMessage> onGetPlan(PlanMessage.GetPlan get) {
        forgetOld();
        plans.find(get.planId())
                .ifPresentOrElse(
                        plan -> get.replyTo().tell(new PlanMessage.PlanFound(report(plan))),
                        () -> refuseUnknown(get.replyTo(), get.planId()));
        return this;
    }

    private Behavior<PlanMessage> onDeletePlan(PlanMessage.DeletePlan delete) {
        UUID id = delete.planId();
        if (plans.find(id).isEmpty()) {
            refuseUnknown(delete.replyTo(), id);
            return this;
        }
        ActorRef<PlanRun.Command> run = runs.remove(id);
        if (run != null) {
            getContext().stop(run);
        }
        plans.remove(id);
        forgetOld();
        delete.replyTo().tell(new PlanMessage.PlanAccepted(id));
        return this;
    }

    private Behavior<PlanMessage> onCheckPlan(PlanMessage.CheckPlan check) {
        forgetOld();
        plans.find(check.planId())
                .ifPresentOrElse(
                        plan -> PlanUse.refusal(report(plan), check.leaving(), check.maxRecords())
                                .ifPresentOrElse(
                                        refusal -> check.replyTo()
                                                .tell(new PlanMessage.PlanRefused(check.planId(), refusal)),
                                        () -> readFleet(check)),
                        () -> refuseUnknown(check.replyTo(), check.planId()));
        return this;
    }

    private void readFleet(PlanMessage.CheckPlan check) {
        getContext()
                .pipeToSelf(
                        resources.fleet(),
                        (fleet, failure) -> failure == null
                                ? new FleetCompared(check, fleet)
                                : new FleetNotCompared(check, unknownFleet(failure)));
    }

    private Behavior<PlanMessage> onFleetNotCompared(FleetNotCompared not) {
        refuse(
                not.check().replyTo(),
                not.check().planId(),
                Code.FLEET_UNKNOWN,
                "plan " + not.check().planId() + " can't be compared with the present fleet: " + not.why()
                        + "; repeat the request later");
        return this;
    }

    private Behavior<PlanMessage> onFleetCompared(FleetCompared compared) {
        PlanMessage.CheckPlan check = compared.check();
        plans.find(check.planId())
                .ifPresentOrElse(
                        plan -> reply(check, compared.fleet(), plan),
                        () -> refuseUnknown(check.replyTo(), check.planId()));
        return this;
    }

    private void reply(PlanMessage.CheckPlan check, FleetSnapshot fleet, KeptPlan plan) {
        FleetFigures now = fleet.figures(leaving(plan), resources.policy());
        List<String> changes =
                PlanRules.changes(plan.plannedMib(), plan.then().orElse(now), now, PlanTolerance.DEFAULT);
        check.replyTo()
                .tell(
                        changes.isEmpty()
                                ? new PlanMessage.PlanAccepted(plan.id())
                                : new PlanMessage.PlanRefused(plan.id(), PlanUse.outdated(report(plan), changes)));
    }

    private static PlanReport report(KeptPlan plan) {
        return plan.report(KeptPlans.KEEP_FOR);
    }

    private void refuseUnknown(ActorRef<PlanMessage.PlanReply> replyTo, UUID id) {
        refuse(
                replyTo,
                id,
                Code.PLAN_NOT_FOUND,
                "no plan " + id + ": plans are kept for " + KeptPlans.KEEP_FOR.toHours() + " h, the last "
                        + KeptPlans.MAX_ENDED + " of them, in the memory of one manager, which has kept them since "
                        + since + "; create the plan again");
    }

    private static void refuse(ActorRef<PlanMessage.PlanReply> replyTo, UUID id, Code code, String detail) {
        replyTo.tell(new PlanMessage.PlanRefused(id, PlanRefusal.of(code, detail)));
    }

    private void forgetOld() {
        plans.forgetOld(now());
        gauges.update(plans);
    }

    private Instant now() {
        return resources.clock().instant();
    }

    private Behavior<PlanMessage> onPostStop() {
        gauges.reset();
        return this;
    }
}
