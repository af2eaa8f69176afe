package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.storage.DestinationFault;
import io.rebalancer.core.storage.SpaceBook;
import io.rebalancer.core.storage.SpaceLease;
import io.rebalancer.core.storage.SpaceRules;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * The batcher's side of the conversation with the space broker. Requests are repeated until they are answered, and all
 * leases are announced every {@link SpaceBook#ANNOUNCEMENT_INTERVAL}, so no message is needed that can be lost.
 *
 * <p>A broker of an earlier build gets the messages it knows: see {@link SpaceMessage}.
 */
final class SpaceBrokerClient {
    static final Duration REPEAT_INTERVAL = Duration.ofSeconds(2);
    static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);

    /** Requests of the present kind before one of the earlier kind. */
    private static final int ATTEMPTS_BEFORE_EARLIER_KIND = 2;
    /** An announcement out of turn follows the last one after this time at the earliest. */
    private static final Duration MIN_ANNOUNCEMENT_DELAY = Duration.ofSeconds(1);

    private static final Duration WEIGHT_INTERVAL = Duration.ofSeconds(2);

    private final ActorRef<SpaceMessage> broker;
    private final FencingToken token;
    private final Supplier<EvacuateSettings> settings;
    private final Clock clock;
    private final ActorRef<SpaceMessage.BrokerReply> replies;
    private final ActorRef<SpaceMessage.SpaceReply> earlierReplies;
    private Instant nextAnnouncement = Instant.MIN;
    private Instant lastAnnouncement = Instant.MIN;
    private Instant nextWeight = Instant.MIN;
    private Optional<Instant> silentSince = Optional.empty();
    private boolean earlierBuild;

    /**
     * @param replies gets the broker's replies
     * @param earlierReplies gets the replies of a broker of an earlier build
     */
    SpaceBrokerClient(
            PlanningResources resources,
            FencingToken token,
            ActorRef<SpaceMessage.BrokerReply> replies,
            ActorRef<SpaceMessage.SpaceReply> earlierReplies) {
        this.broker = resources.spaceBroker();
        this.token = token;
        this.settings = resources.settings();
        this.clock = resources.clock();
        this.replies = replies;
        this.earlierReplies = earlierReplies;
    }

    /** Sends the request, for the first time or again. */
    void send(LeaseRequest request) {
        SpaceLease lease = request.lease();
        long availableMib = SpaceRules.availableMib(
                request.batch().destination(), settings.get().placement().maxFillPercent(), 0);
        boolean unanswered = request.attempts() >= ATTEMPTS_BEFORE_EARLIER_KIND && !request.isDeferred();
        boolean earlierKind = unanswered ? request.attempts() % 2 == 0 : earlierBuild;
        request.markSent(clock.instant());
        if (request.isUnanswered() && silentSince.isEmpty()) {
            silentSince = Optional.of(request.since());
        }
        broker.tell(
                earlierKind
                        ? new SpaceMessage.Lease(
                                lease.assignmentId(), lease.node(), lease.mib(), availableMib, earlierReplies)
                        : new SpaceMessage.RequestLease(token, lease, availableMib, replies));
    }

    /** Whether a request has waited so long for its reply that it has to be sent again. */
    boolean isRepetitionDue(LeaseRequest request) {
        return !clock.instant().isBefore(request.sentAt().plus(REPEAT_INTERVAL));
    }

    /** Whether a request has waited too long for its reply. */
    boolean hasTimedOut(LeaseRequest request) {
        return !clock.instant().isBefore(request.since().plus(REQUEST_TIMEOUT));
    }

    /** Announces all leases if that is due. */
    void announceIfDue(BatchPool batches) {
        Instant now = clock.instant();
        if (now.isBefore(nextAnnouncement)) {
            return;
        }
        lastAnnouncement = now;
        nextAnnouncement = now.plus(SpaceBook.ANNOUNCEMENT_INTERVAL);
        List<SpaceLease> held = batches.held();
        broker.tell(new SpaceMessage.AnnounceLeases(token, held, List.copyOf(batches.requestedIds()), replies));
        if (earlierBuild) {
            held.forEach(each -> broker.tell(new SpaceMessage.Hold(each.assignmentId(), each.node(), each.mib())));
        }
    }

    /** Announces the job's weight if that is due. */
    void announceWeightIfDue(long weight) {
        Instant now = clock.instant();
        if (!earlierBuild && !now.isBefore(nextWeight)) {
            nextWeight = now.plus(WEIGHT_INTERVAL);
            broker.tell(new SpaceMessage.AnnounceWeight(token, weight, replies));
        }
    }

    /** Makes the next announcement due, unless the last one was sent a moment ago. */
    void announceSoon() {
        Instant earliest = lastAnnouncement.plus(MIN_ANNOUNCEMENT_DELAY);
        nextAnnouncement = earliest.isBefore(nextAnnouncement) ? earliest : nextAnnouncement;
    }

    void returnLease(UUID assignmentId) {
        broker.tell(
                earlierBuild
                        ? new SpaceMessage.Return(assignmentId)
                        : new SpaceMessage.ReturnLease(token, assignmentId));
    }

    /** @param fault what went wrong on {@code node}; empty after a success */
    void report(StorageNodeId node, Optional<DestinationFault> fault) {
        if (!earlierBuild) {
            broker.tell(new SpaceMessage.ReportDestination(token, node, fault));
        }
    }

    /** Since when requests get no reply; empty if the broker replies. */
    Optional<Instant> silentSince() {
        return silentSince;
    }

    /** A reply arrived. Its kind shows which messages the broker knows. */
    void noticeReply(boolean ofEarlierBuild) {
        earlierBuild = ofEarlierBuild;
        silentSince = Optional.empty();
    }

    UUID jobId() {
        return token.jobId();
    }
}
