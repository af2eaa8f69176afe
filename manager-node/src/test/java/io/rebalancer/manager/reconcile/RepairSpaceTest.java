package io.rebalancer.manager.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.message.ReconcileMessage;
import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.reconcile.Repair;
import io.rebalancer.core.reconcile.RepairCounts;
import io.rebalancer.core.reconcile.RunOrder;
import io.rebalancer.core.reconcile.RunState;
import io.rebalancer.core.storage.JobPromise;
import io.rebalancer.core.storage.SpaceBook;
import io.rebalancer.core.storage.SpaceLease;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The space of copies that runs add: leased as the space of assignments, from the same broker. */
@Tag("slow")
class RepairSpaceTest extends RepairFixture {
    private static final FencingToken JOB = new FencingToken(UUID.randomUUID(), 1);

    /** A job announces that it has nearly all space of these nodes. */
    private void promiseToAJob(CopyLocation... full) {
        spaceBroker.tell(new SpaceMessage.AnnounceLeases(
                JOB,
                Stream.of(full)
                        .map(each -> new SpaceLease(UUID.randomUUID(), each.storageNode(), 1000))
                        .toList(),
                List.of(),
                kit.<SpaceMessage.BrokerReply>createTestProbe().getRef()));
    }

    private List<JobPromise> promises() {
        return Stream.of(TWO, THREE)
                .flatMap(each -> {
                    TestProbe<SpaceMessage.PromisesTo> reply = kit.createTestProbe();
                    spaceBroker.tell(new SpaceMessage.GetPromisesTo(each.storageNode(), reply.getRef()));
                    return reply.receiveMessage(TIMEOUT).jobs().stream();
                })
                .toList();
    }

    /** Before the leases would expire. */
    private void awaitReturned() {
        await().atMost(SpaceBook.VALIDITY.dividedBy(2))
                .untilAsserted(() -> assertThat(promises()).isEmpty());
    }

    @Test
    void spaceThatAJobHasIsNotPromisedToARun() {
        store(103, ONE);
        RunOrder order = plan(ALL, ONE);
        promiseToAJob(TWO, THREE);
        RunState ended = act(order, "");
        assertThat(counts(ended, ONE, Repair.ADD_COPY)).isEqualTo(new RepairCounts(0, 0, 1, 0, 0));
        assertThat(findings.of(id).get(0).detail()).contains("no storage node can take a further copy");
        assertThat(shards.rows().get(0).copies()).hasSize(1);
        promiseToAJob(THREE);
        ended = act(plan(ALL, ONE), "");
        assertThat(counts(ended, ONE, Repair.ADD_COPY).repaired()).isEqualTo(1);
        assertThat(shards.rows().get(0).copies()).containsExactly(ONE, TWO);
    }

    @Test
    void aRunHasTheSpaceOfACopyWhileItIsMadeAndReturnsItThen() {
        store(103, ONE);
        RunOrder order = plan(ALL, ONE);
        List.of(TWO, THREE).forEach(each -> files(each).delayRepairs(Integer.MAX_VALUE));
        begin(order);
        await().atMost(TIMEOUT).until(() -> promises().equals(List.of(new JobPromise(order.id(), 1, 1))));
        List.of(TWO, THREE).forEach(each -> files(each).delayRepairs(0));
        assertThat(counts(awaitEnd(), ONE, Repair.ADD_COPY).repaired()).isEqualTo(1);
        awaitReturned();
    }

    /** The space of the incarnation that crashed is not kept beside that of its successor. */
    @Test
    void aLaterIncarnationEndsTheLeasesOfTheEarlierOne() {
        store(103, ONE);
        RunOrder order = plan(ALL, ONE);
        List.of(TWO, THREE).forEach(each -> files(each).delayRepairs(Integer.MAX_VALUE));
        begin(order);
        await().atMost(TIMEOUT).until(() -> promises().equals(List.of(new JobPromise(order.id(), 1, 1))));
        kit.stop(run, TIMEOUT);
        List<List<JobPromise>> atRequests = new CopyOnWriteArrayList<>();
        onSpaceMessage = message -> {
            if (message instanceof SpaceMessage.RequestLease) {
                atRequests.add(promises());
            }
        };
        List.of(TWO, THREE).forEach(each -> files(each).delayRepairs(0));
        run = spawn("");
        assertThat(counts(awaitEnd(), ONE, Repair.ADD_COPY).repaired()).isEqualTo(1);
        assertThat(atRequests).containsExactly(List.of());
        awaitReturned();
    }

    /** Between the choice of a destination and the request for its space, a job gets the space. */
    @Test
    void aDestinationThatWasPromisedToOthersMeanwhileIsReplaced() {
        store(103, ONE);
        RunOrder order = plan(ALL, ONE);
        List<CopyLocation> chosen = new CopyOnWriteArrayList<>();
        onSpaceMessage = message -> {
            if (message instanceof SpaceMessage.RequestLease request) {
                chosen.add(request.lease().node().equals(TWO.storageNode()) ? TWO : THREE);
                if (chosen.size() == 1) {
                    promiseToAJob(chosen.get(0));
                }
            }
        };
        RunState ended = act(order, "");
        assertThat(counts(ended, ONE, Repair.ADD_COPY).repaired()).isEqualTo(1);
        assertThat(chosen).hasSize(2).doesNotHaveDuplicates();
        assertThat(shards.rows().get(0).copies()).containsExactly(ONE, chosen.get(1));
    }

    /** A cancelled run does not announce its leases any more, so they expire as those of jobs do. */
    @Test
    void theLeasesOfACancelledRunExpire() {
        store(103, ONE);
        RunOrder order = plan(ALL, ONE);
        List.of(TWO, THREE).forEach(each -> files(each).delayRepairs(Integer.MAX_VALUE));
        begin(order);
        await().atMost(TIMEOUT).until(() -> !promises().isEmpty());
        run.tell(new ReconcileMessage.CancelRun(
                "cancelled by ann",
                kit.<ReconcileMessage.RunReply>createTestProbe().getRef()));
        awaitEnd();
        await().atMost(SpaceBook.VALIDITY.multipliedBy(3))
                .until(() -> promises().isEmpty());
    }
}
