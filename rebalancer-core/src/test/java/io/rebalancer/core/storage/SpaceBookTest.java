package io.rebalancer.core.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SpaceBookTest {
    private static final StorageNodeId NODE = new StorageNodeId("3.stor");
    private static final FencingToken JOB = new FencingToken(new UUID(7, 1), 1);
    private static final FencingToken OTHER_JOB = new FencingToken(new UUID(7, 2), 1);
    private static final FencingToken RESTARTED = new FencingToken(JOB.jobId(), 2);

    private final SpaceBook book = new SpaceBook(Instant.EPOCH);
    private Instant now = Instant.EPOCH.plusSeconds(60);

    private static SpaceLease lease(int assignment, long mib) {
        return new SpaceLease(new UUID(0, assignment), NODE, mib);
    }

    private LeaseDecision request(FencingToken token, SpaceLease lease) {
        return book.request(token, lease, 100, now);
    }

    private void pass(int seconds) {
        now = now.plusSeconds(seconds);
        book.expire(now);
    }

    @Test
    void spaceIsNotPromisedTwiceToTwoJobs() {
        assertThat(request(JOB, lease(1, 60))).isEqualTo(LeaseDecision.GRANTED);
        assertThat(request(OTHER_JOB, lease(2, 60))).isEqualTo(LeaseDecision.REFUSED);
        assertThat(book.promises()).containsExactly(new NodePromise(NODE, 60, 1));
        book.giveBack(JOB, lease(1, 60).assignmentId(), now);
        assertThat(request(OTHER_JOB, lease(2, 60))).isEqualTo(LeaseDecision.GRANTED);
    }

    @Test
    void aRepeatedRequestIsGrantedAgainAndCountsOnce() {
        request(JOB, lease(1, 60));
        assertThat(request(JOB, lease(1, 60))).isEqualTo(LeaseDecision.GRANTED);
        assertThat(book.promisedMib(NODE)).isEqualTo(60);
    }

    @Test
    void aLeaseExpiresUnlessItIsAnnounced() {
        request(JOB, lease(1, 60));
        request(OTHER_JOB, lease(2, 30));
        pass(20);
        book.announce(JOB, List.of(lease(1, 60)), Set.of(), now);
        pass(20);
        assertThat(book.promises()).containsExactly(new NodePromise(NODE, 60, 1));
        pass(31);
        assertThat(book.promises()).isEmpty();
    }

    @Test
    void anAnnouncementReplacesTheLeasesOfItsJobOnly() {
        request(JOB, lease(1, 10));
        request(JOB, lease(2, 10));
        request(OTHER_JOB, lease(3, 10));
        assertThat(book.announce(JOB, List.of(lease(2, 10), lease(4, 5)), Set.of(), now))
                .isTrue();
        assertThat(book.promises()).containsExactly(new NodePromise(NODE, 25, 3));
    }

    @Test
    void aRequestWithoutAReplyIsRenewedButNotGrantedByAnAnnouncement() {
        request(JOB, lease(1, 10));
        pass(20);
        book.announce(
                JOB, List.of(), Set.of(lease(1, 10).assignmentId(), lease(2, 10).assignmentId()), now);
        pass(20);
        assertThat(book.promises()).containsExactly(new NodePromise(NODE, 10, 1));
    }

    @Test
    void aLaterEpochReplacesTheLeasesOfTheEarlierOneAndTheEarlierIsIgnored() {
        request(JOB, lease(1, 10));
        book.announce(RESTARTED, List.of(lease(2, 20)), Set.of(), now);
        assertThat(book.promisedMib(NODE)).isEqualTo(20);
        assertThat(book.announce(JOB, List.of(lease(1, 10)), Set.of(), now)).isFalse();
        assertThat(request(JOB, lease(3, 10))).isEqualTo(LeaseDecision.STALE);
        book.giveBack(JOB, lease(2, 20).assignmentId(), now);
        assertThat(book.promises()).containsExactly(new NodePromise(NODE, 20, 1));
    }

    @Test
    void aNewBookPromisesHalfOfANodeUntilOneAnnouncementIntervalHasPassed() {
        now = Instant.EPOCH;
        assertThat(request(JOB, lease(1, 40))).isEqualTo(LeaseDecision.GRANTED);
        assertThat(request(JOB, lease(2, 20))).isEqualTo(LeaseDecision.LEARNING);
        assertThat(request(JOB, lease(3, 101))).isEqualTo(LeaseDecision.REFUSED);
        book.announce(OTHER_JOB, List.of(lease(4, 50)), Set.of(), now);
        pass(10);
        assertThat(request(JOB, lease(2, 20))).isEqualTo(LeaseDecision.REFUSED);
        assertThat(request(JOB, lease(5, 10))).isEqualTo(LeaseDecision.GRANTED);
    }

    @Test
    void leasesOfEarlierBuildsStayUntilTheyAreReturnedOrAnnouncedByTheirJob() {
        assertThat(book.requestWithoutToken(lease(1, 60), 100, now)).isTrue();
        assertThat(book.requestWithoutToken(lease(2, 60), 100, now)).isFalse();
        book.holdWithoutToken(lease(3, 10), now);
        pass(3000);
        assertThat(book.promisedMib(NODE)).isEqualTo(70);
        book.giveBackWithoutToken(lease(3, 10).assignmentId());
        book.announce(JOB, List.of(lease(1, 60)), Set.of(), now);
        book.holdWithoutToken(lease(1, 60), now);
        pass(31);
        assertThat(book.promises()).isEmpty();
        book.holdWithoutToken(lease(3, 10), now);
        pass((int) Duration.ofHours(1).toSeconds() + 1);
        assertThat(book.promises()).isEmpty();
    }

    /** The sums agree with the leases after any history. */
    @Test
    void theSumsAgreeWithTheLeases() {
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            SpaceBook any = new SpaceBook(Instant.EPOCH);
            Map<UUID, SpaceLease> model = new HashMap<>();
            for (int step = 0; step < 100; step++) {
                SpaceLease lease = new SpaceLease(
                        new UUID(0, random.nextInt(10)),
                        new StorageNodeId(random.nextInt(3) + ".stor"),
                        random.nextInt(9));
                switch (random.nextInt(3)) {
                    case 0 -> {
                        if (any.request(JOB, lease, Long.MAX_VALUE, now) == LeaseDecision.GRANTED) {
                            model.put(lease.assignmentId(), lease);
                        }
                    }
                    case 1 -> {
                        any.giveBack(JOB, lease.assignmentId(), now);
                        model.remove(lease.assignmentId());
                    }
                    default -> {
                        any.announce(JOB, List.of(lease), Set.of(), now);
                        model.clear();
                        model.put(lease.assignmentId(), lease);
                    }
                }
                assertThat(any.promises()).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(sums(model));
            }
        }
    }

    private static List<NodePromise> sums(Map<UUID, SpaceLease> leases) {
        Map<StorageNodeId, NodePromise> sums = new HashMap<>();
        for (SpaceLease each : leases.values()) {
            NodePromise sum = sums.getOrDefault(each.node(), new NodePromise(each.node(), 0, 0));
            sums.put(each.node(), new NodePromise(each.node(), sum.mib() + each.mib(), sum.leases() + 1));
        }
        return new ArrayList<>(sums.values());
    }
}
