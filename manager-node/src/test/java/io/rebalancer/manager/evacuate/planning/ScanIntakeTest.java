package io.rebalancer.manager.evacuate.planning;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.junit.jupiter.api.Test;

/** Which scans are asked for chunks; shards 1 to 5, without rows. */
class ScanIntakeTest {
    private static final Instant START = Instant.ofEpochSecond(1_000);
    private static final List<Integer> SHARDS = List.of(1, 2, 3, 4, 5);

    private final List<TestInbox<ShardScan.Command>> scans =
            SHARDS.stream().map(shard -> TestInbox.<ShardScan.Command>create()).toList();

    private TestInbox<ShardScan.Command> scan(int shard) {
        return scans.get(shard - 1);
    }

    private ScanIntake intake(long budget) {
        ScanIntake intake =
                new ScanIntake(SHARDS, PassInput.fromStart(new FencingToken(new UUID(7, 7), 1), location(1), budget));
        SHARDS.forEach(shard -> intake.addReady(shard, scan(shard).getRef()));
        return intake;
    }

    /** The shards whose scans were asked since the last call. */
    private List<Integer> asked(boolean budgetExhausted) {
        return SHARDS.stream()
                .filter(shard -> scan(shard).getAllReceived().stream()
                        .anyMatch(new ShardScan.ChunkWanted(budgetExhausted)::equals))
                .toList();
    }

    private void deliver(ScanIntake intake, int shard) {
        intake.take(
                shard,
                ScanPosition.at(ScanColumn.ID, 10),
                List.of(),
                scan(shard).getRef());
    }

    @Test
    void theShardsTakeTurnsAndFewChunksAreReadAtATime() {
        ScanIntake intake = intake(PassInput.UNLIMITED);
        intake.requestChunks(2, START);
        assertThat(asked(false)).containsExactly(1, 2);
        intake.requestChunks(2, START);
        assertThat(asked(false)).isEmpty();
        deliver(intake, 2);
        intake.requestChunks(2, START);
        assertThat(asked(false)).containsExactly(3);
        IntStream.of(1, 3).forEach(shard -> deliver(intake, shard));
        intake.requestChunks(2, START);
        assertThat(asked(false)).containsExactly(4, 5);
        intake.finishShard(4);
        intake.requestChunks(2, START);
        assertThat(asked(false)).containsExactly(2);
    }

    @Test
    void aReadThatHangsKeepsNoOtherShardWaiting() {
        ScanIntake intake = intake(PassInput.UNLIMITED);
        intake.requestChunks(1, START);
        assertThat(asked(false)).containsExactly(1);
        intake.requestChunks(1, START.plus(ScanPermits.LONGEST_HOLD).minusMillis(1));
        assertThat(asked(false)).isEmpty();
        intake.requestChunks(1, START.plus(ScanPermits.LONGEST_HOLD));
        assertThat(asked(false)).containsExactly(2);
        deliver(intake, 1);
        intake.requestChunks(1, START.plus(ScanPermits.LONGEST_HOLD).plus(Duration.ofSeconds(1)));
        assertThat(asked(false)).as("shard 2 is being read").isEmpty();
    }

    @Test
    void allScansEndWhenTheBudgetIsUsedUp() {
        ScanIntake intake = intake(0);
        intake.requestChunks(1, START);
        assertThat(asked(true)).isEqualTo(SHARDS);
    }
}
