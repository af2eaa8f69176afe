package io.rebalancer.manager.evacuate;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobOutline;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.object.CopyLocation;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.persistence.testkit.JournalOperation;
import org.apache.pekko.persistence.testkit.ProcessingPolicy;
import org.apache.pekko.persistence.testkit.ProcessingResult;
import org.apache.pekko.persistence.testkit.ProcessingSuccess;
import org.apache.pekko.persistence.testkit.StorageFailure;
import org.apache.pekko.persistence.testkit.WriteEvents;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A journal that fails writes: the job starts again from what is stored, and whatever was said to the incarnation before is
 * not believed. It never ends as DONE with a record left, and counts every outcome once.
 */
@Tag("slow")
class FailingJournalTest {
    private static final ActorTestKit KIT = ActorTestKit.create("failing-journal", JobFixture.config());
    private static final PersistenceTestKit JOURNAL = PersistenceTestKit.create(KIT.system());
    private static final int OBJECTS = 30;
    /** Its only possible destination holds a copy already, so it can't be moved. */
    private static final int STUCK = OBJECTS + 1;

    private final RecordsInMemory records = new RecordsInMemory();

    /** Fails the writes of one job whose number, from 1, passes the test. */
    private static final class FailingWrites implements ProcessingPolicy<JournalOperation> {
        private final String persistenceId;
        private final IntPredicate failing;
        private final AtomicInteger writes = new AtomicInteger();
        private final AtomicInteger stored = new AtomicInteger();
        /** The number of events that were stored before each failure. */
        private final List<Integer> failedAfter = new CopyOnWriteArrayList<>();

        FailingWrites(String persistenceId, IntPredicate failing) {
            this.persistenceId = persistenceId;
            this.failing = failing;
        }

        @Override
        public ProcessingResult tryProcess(String id, JournalOperation operation) {
            if (!id.equals(persistenceId) || !(operation instanceof WriteEvents write)) {
                return ProcessingSuccess.getInstance();
            }
            if (failing.test(writes.incrementAndGet())) {
                failedAfter.add(stored.get());
                return StorageFailure.create();
            }
            stored.addAndGet(write.batch().size());
            return ProcessingSuccess.getInstance();
        }
    }

    @AfterEach
    void heal() {
        JOURNAL.resetPolicy();
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private FailingWrites evacuate(IntPredicate failing, int stuck) {
        for (int number = 1; number <= OBJECTS; number++) {
            records.put(number, number, 1, 2);
        }
        if (stuck > 0) {
            records.put(STUCK, STUCK, 1, 3);
        }
        JobFixture fixture = new JobFixture(KIT, records, new PlayedAgent());
        FailingWrites policy = new FailingWrites("EvacuateJob|" + fixture.id, failing);
        JOURNAL.withPolicy(policy);
        // The first write creates the job; the caller repeats that until it is answered.
        await().atMost(JobFixture.TIMEOUT).until(() -> {
            fixture.create();
            return fixture.phase() != JobPhase.NONE;
        });
        await().atMost(JobFixture.TIMEOUT.multipliedBy(4))
                .until(() -> fixture.phase().terminal() && fixture.state().releasesPending() == 0);
        assertEachFailureIsFollowedByATakeOver(policy);
        JobOutline end = fixture.state();
        assertThat(end.phase()).isEqualTo(stuck > 0 ? JobPhase.DONE_WITH_EXCEPTIONS : JobPhase.DONE);
        assertThat(end.counts().discovered()).isEqualTo(OBJECTS + stuck);
        assertThat(end.settled().relocated()).isEqualTo(OBJECTS);
        assertThat(end.counts().skipped()).isEqualTo(stuck);
        for (int number = 1; number <= OBJECTS; number++) {
            assertThat(records.copies(number))
                    .extracting(CopyLocation::storageNode)
                    .containsExactly(location(3).storageNode(), location(2).storageNode());
        }
        return policy;
    }

    /** What was said before the failure rests on events that are not stored, so nothing of it may be stored after it. */
    private static void assertEachFailureIsFollowedByATakeOver(FailingWrites policy) {
        List<Object> events = JOURNAL.persistedInStorage(policy.persistenceId);
        assertThat(policy.failedAfter.stream().filter(index -> index > 0))
                .allSatisfy(index -> assertThat(events.get(index)).isInstanceOf(JobEvent.IncarnationBegan.class));
    }

    @ParameterizedTest(name = "write {0} fails")
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14})
    void aJobSurvivesAWriteThatFailsOnce(int n) {
        evacuate(write -> write == n, 1);
    }

    @Test
    void theNumberedFailuresReachTheEndOfAJob() {
        FailingWrites policy = evacuate(write -> false, 0);
        assertThat(policy.writes.get()).isBetween(6, 14);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void aJobSurvivesWritesThatFailAtRandom(long seed) {
        Random random = new Random(seed);
        FailingWrites policy = evacuate(write -> random.nextInt(3) == 0, 0);
        assertThat(policy.failedAfter).isNotEmpty();
    }
}
