package io.rebalancer.manager.fleet;

import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.core.settings.WeightTotals;
import io.rebalancer.core.storage.JobWeights;
import io.rebalancer.core.storage.LeaseDecision;
import io.rebalancer.core.storage.Penalty;
import io.rebalancer.core.storage.PenaltyBox;
import io.rebalancer.core.storage.PenaltyCause;
import io.rebalancer.core.storage.SpaceBook;
import io.rebalancer.core.storage.SpaceLease;
import io.rebalancer.core.text.StableWord;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import kamon.Kamon;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Grants leases of free space on storage nodes to assignments, so that the same space is not promised to two jobs
 * (manta.md 5.5), and keeps the penalties of destinations that fail. A cluster singleton. Its state is in memory: when the
 * singleton moves, each job announces its leases within {@link SpaceBook#ANNOUNCEMENT_INTERVAL}, and until then the
 * {@link SpaceBook} grants at most half of a node's space. Agents still refuse assignments that do not fit. Penalties are
 * not announced: a destination that still fails gets its first penalty again.
 */
public final class SpaceBroker extends AbstractBehavior<SpaceMessage> {
    private static final Duration TICK_INTERVAL = Duration.ofSeconds(1);

    private enum Tick implements SpaceMessage {
        INSTANCE
    }

    private final Clock clock;
    private final SpaceBook book;
    private final PenaltyBox penalties = new PenaltyBox();
    private final JobWeights weights = new JobWeights();

    public static Behavior<SpaceMessage> create(Clock clock) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> new SpaceBroker(context, timers, clock)));
    }

    private SpaceBroker(ActorContext<SpaceMessage> context, TimerScheduler<SpaceMessage> timers, Clock clock) {
        super(context);
        this.clock = clock;
        this.book = new SpaceBook(clock.instant());
        timers.startTimerWithFixedDelay(Tick.INSTANCE, TICK_INTERVAL);
    }

    @Override
    public Receive<SpaceMessage> createReceive() {
        return newReceiveBuilder()
                .onMessage(SpaceMessage.RequestLease.class, this::onRequestLease)
                .onMessage(SpaceMessage.AnnounceLeases.class, this::onAnnounceLeases)
                .onMessage(SpaceMessage.AnnounceWeight.class, this::onAnnounceWeight)
                .onMessage(SpaceMessage.ReturnLease.class, this::onReturnLease)
                .onMessage(SpaceMessage.ReportDestination.class, this::onReportDestination)
                .onMessage(SpaceMessage.GetPenalties.class, this::onGetPenalties)
                .onMessage(SpaceMessage.GetPromisesTo.class, this::onGetPromisesTo)
                .onMessage(SpaceMessage.Lease.class, this::onLease)
                .onMessage(SpaceMessage.Hold.class, this::onHold)
                .onMessage(SpaceMessage.Return.class, this::onReturn)
                .onMessage(Tick.class, tick -> onTick())
                .onSignal(PostStop.class, stopped -> onPostStop())
                .build();
    }

    private Behavior<SpaceMessage> onRequestLease(SpaceMessage.RequestLease request) {
        SpaceLease lease = request.lease();
        LeaseDecision decision = book.request(request.token(), lease, request.availableMib(), clock.instant());
        if (decision == LeaseDecision.STALE) {
            getContext()
                    .getLog()
                    .info(
                            "job={} assignment={} lease of space refused: epoch {} is stale",
                            request.token().jobId(),
                            lease.assignmentId(),
                            request.token().epoch());
        }
        request.replyTo()
                .tell(new SpaceMessage.LeaseDecided(
                        request.token(), lease.assignmentId(), lease.node(), decision, book.promisedMib(lease.node())));
        return this;
    }

    private Behavior<SpaceMessage> onAnnounceLeases(SpaceMessage.AnnounceLeases announced) {
        Instant now = clock.instant();
        if (book.announce(announced.token(), announced.held(), announced.requested(), now)) {
            announced
                    .replyTo()
                    .tell(new SpaceMessage.SpaceStatus(announced.token(), book.promises(), penalties.active(now)));
        }
        return this;
    }

    private Behavior<SpaceMessage> onAnnounceWeight(SpaceMessage.AnnounceWeight announced) {
        Instant now = clock.instant();
        if (book.accepts(announced.token(), now)) {
            WeightTotals totals = weights.announce(announced.token().jobId(), announced.weight(), now);
            announced.replyTo().tell(new SpaceMessage.WeightsOfJobs(announced.token(), totals));
        }
        return this;
    }

    private Behavior<SpaceMessage> onReturnLease(SpaceMessage.ReturnLease ended) {
        book.giveBack(ended.token(), ended.assignmentId(), clock.instant());
        return this;
    }

    private Behavior<SpaceMessage> onReportDestination(SpaceMessage.ReportDestination report) {
        Instant now = clock.instant();
        if (!book.accepts(report.token(), now)) {
            return this;
        }
        if (report.fault().isEmpty()) {
            penalties.recordSuccess(report.node(), now);
        } else {
            penalties.recordFault(report.node(), report.fault().get(), now).ifPresent(this::announcePenalty);
        }
        return this;
    }

    private void announcePenalty(Penalty penalty) {
        getContext()
                .getLog()
                .warn(
                        "destination {} gets few objects until {}: {}, penalty {} in a row: {}",
                        penalty.node(),
                        penalty.until(),
                        StableWord.of(penalty.cause()),
                        penalty.strikes(),
                        penalty.detail());
        updateGauges(penalties.active(clock.instant()));
    }

    private Behavior<SpaceMessage> onGetPenalties(SpaceMessage.GetPenalties get) {
        get.replyTo().tell(new SpaceMessage.Penalties(penalties.report(clock.instant())));
        return this;
    }

    private Behavior<SpaceMessage> onGetPromisesTo(SpaceMessage.GetPromisesTo get) {
        get.replyTo().tell(new SpaceMessage.PromisesTo(get.node(), book.promisesTo(get.node())));
        return this;
    }

    private Behavior<SpaceMessage> onLease(SpaceMessage.Lease lease) {
        SpaceLease requested = new SpaceLease(lease.assignmentId(), lease.node(), lease.mib());
        boolean granted = book.requestWithoutToken(requested, lease.availableMib(), clock.instant());
        lease.replyTo()
                .tell(new SpaceMessage.SpaceReply(
                        lease.assignmentId(), lease.node(), granted, book.promisedMib(lease.node())));
        return this;
    }

    private Behavior<SpaceMessage> onHold(SpaceMessage.Hold hold) {
        book.holdWithoutToken(new SpaceLease(hold.assignmentId(), hold.node(), hold.mib()), clock.instant());
        return this;
    }

    private Behavior<SpaceMessage> onReturn(SpaceMessage.Return ended) {
        book.giveBackWithoutToken(ended.assignmentId());
        return this;
    }

    private Behavior<SpaceMessage> onTick() {
        Instant now = clock.instant();
        book.expire(now);
        penalties.expire(now);
        updateGauges(penalties.active(now));
        return this;
    }

    /** The manager that hosts the singleton next reports the gauges. */
    private Behavior<SpaceMessage> onPostStop() {
        updateGauges(List.of());
        return this;
    }

    private static void updateGauges(List<Penalty> active) {
        for (PenaltyCause cause : PenaltyCause.values()) {
            Kamon.gauge("rebalancer.destinations.penalised")
                    .withTag("cause", StableWord.of(cause))
                    .update(active.stream()
                            .filter(each -> each.cause() == cause)
                            .count());
        }
    }
}
