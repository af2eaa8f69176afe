package io.rebalancer.manager.evacuate.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.port.RecordScan;
import io.rebalancer.core.port.TierUnavailable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** The order of the reads of shard 1. A test ends each read; each notes its name when it starts. */
class ShardQueueTest {
    private static final Duration NEVER = Duration.ofHours(1);

    private final List<String> started = new CopyOnWriteArrayList<>();
    private final Deque<CompletableFuture<RecordScan.Chunk>> reads = new ArrayDeque<>();
    private final ScanPermits permits = new ScanPermits(() -> 1, NEVER, NEVER);

    private final class Scan implements RecordScan.ShardCursor {
        private final String name;
        private volatile long position;
        private volatile boolean hasChunk;

        Scan(String name, long position) {
            this.name = name;
            this.position = position;
        }

        @Override
        public CompletionStage<RecordScan.Chunk> next() {
            started.add(name);
            if (hasChunk) {
                hasChunk = false;
                return CompletableFuture.completedStage(chunk());
            }
            CompletableFuture<RecordScan.Chunk> read = new CompletableFuture<>();
            reads.addLast(read);
            return read;
        }

        @Override
        public ScanPosition position() {
            return ScanPosition.at(ScanColumn.ID, position);
        }

        @Override
        public boolean hasChunk() {
            return hasChunk;
        }

        @Override
        public void close() {
            // Holds no resources.
        }
    }

    private static RecordScan.Chunk chunk() {
        return new RecordScan.Chunk(List.of(), ScanPosition.START, false);
    }

    private CompletionStage<RecordScan.Chunk> ask(ScanPermits from, Scan scan) {
        return from.next(1, scan);
    }

    private CompletionStage<RecordScan.Chunk> ask(Scan scan) {
        return ask(permits, scan);
    }

    /** Asks for the next chunk as soon as there is one. */
    private void askAlways(Scan scan) {
        ask(scan).thenRun(() -> askAlways(scan));
    }

    private void check(Scan scan, String name) {
        permits.check(1, scan, () -> {
            started.add(name);
            CompletableFuture<RecordScan.Chunk> read = new CompletableFuture<>();
            reads.addLast(read);
            return read;
        });
    }

    /** Ends the read in progress, after which {@code scan} is at {@code position}. */
    private void end(Scan scan, long position) {
        scan.position = position;
        reads.removeFirst().complete(chunk());
    }

    @Test
    void theScanFurthestBehindIsNext() {
        Scan first = new Scan("first", 0);
        Scan far = new Scan("far", 30);
        Scan near = new Scan("near", 10);
        Scan middle = new Scan("middle", 20);
        List.of(first, far, near, middle).forEach(this::ask);
        assertThat(permits.waiting()).isEqualTo(3);
        end(first, 100);
        end(near, 100);
        end(middle, 100);
        assertThat(started).containsExactly("first", "near", "middle", "far");
        assertThat(permits.waiting()).isZero();
    }

    @Test
    void aReadThatBelongsToNoScanHasItsTurnByItsPosition() {
        Scan first = new Scan("first", 0);
        Scan far = new Scan("far", 30);
        ask(first);
        ask(far);
        permits.read(1, ScanPosition.at(ScanColumn.ID, 20), () -> {
            started.add("verification");
            return new CompletableFuture<>();
        });
        end(first, 100);
        assertThat(started).containsExactly("first", "verification");
    }

    @Test
    void aCheckIsBeforeEveryReadHoweverLongTheyWait() {
        Scan first = new Scan("first", 0);
        Scan near = new Scan("near", 10);
        Scan far = new Scan("far", 30);
        ask(first);
        ask(near);
        for (int i = 0; i < 2 * ShardQueue.MAX_OVERTAKING; i++) {
            check(far, "check");
            end(far, 30);
        }
        assertThat(started).hasSize(1 + 2 * ShardQueue.MAX_OVERTAKING).doesNotContain("near");
        end(far, 30);
        assertThat(started).last().isEqualTo("near");
    }

    /** Without a bound, a scan would wait until all that are behind it have read half a shard. */
    @Test
    void aScanAheadIsOvertakenABoundedNumberOfTimes() {
        Scan ahead = new Scan("ahead", 100);
        Scan behind = new Scan("behind", 1);
        askAlways(behind);
        for (int i = 0; i < 2; i++) {
            started.clear();
            ask(ahead);
            for (int reads = 0; reads < ShardQueue.MAX_OVERTAKING; reads++) {
                end(behind, behind.position + 1);
                assertThat(started).last().isEqualTo("behind");
            }
            end(behind, behind.position + 1);
            assertThat(started).hasSize(1 + ShardQueue.MAX_OVERTAKING).last().isEqualTo("ahead");
            end(ahead, 100 + i);
        }
    }

    /** A scan asks a moment after its last read; the scan ahead would have every second turn. */
    @Test
    void aScanAheadWaitsForTheNextRequestOfTheScanBehind() {
        Scan ahead = new Scan("ahead", 100);
        Scan behind = new Scan("behind", 1);
        Scan further = new Scan("further ahead", 200);
        ask(behind);
        ask(ahead);
        end(behind, 2);
        ask(further);
        assertThat(started).containsExactly("behind");
        ask(behind);
        assertThat(started).containsExactly("behind", "behind");
        end(behind, 100);
        assertThat(started).as("both are at the same position").last().isEqualTo("ahead");
    }

    @Test
    void aPauseEndsWithTheRequestOfAnyScanThatIsAsFarBehind() {
        Scan ahead = new Scan("ahead", 100);
        Scan behind = new Scan("behind", 1);
        ask(behind);
        ask(ahead);
        end(behind, 2);
        ask(new Scan("other", 2));
        assertThat(started).containsExactly("behind", "other");
    }

    @Test
    void aCheckEndsAPauseAndIsFollowedByOne() {
        Scan ahead = new Scan("ahead", 100);
        Scan behind = new Scan("behind", 1);
        ask(behind);
        ask(ahead);
        end(behind, 2);
        check(behind, "check");
        assertThat(started).containsExactly("behind", "check");
        end(behind, 2);
        assertThat(started).containsExactly("behind", "check");
        ask(behind);
        assertThat(started).containsExactly("behind", "check", "behind");
    }

    @Test
    void aScanThatDoesNotAskIsNotAwaitedForEver() {
        ScanPermits impatient = new ScanPermits(() -> 1, NEVER, Duration.ofMillis(10));
        Scan ahead = new Scan("ahead", 100);
        Scan behind = new Scan("behind", 1);
        ask(impatient, behind);
        ask(impatient, ahead);
        end(behind, 2);
        await().until(() -> started.contains("ahead"));
        ask(impatient, behind);
        end(ahead, 101);
        assertThat(started).containsExactly("behind", "ahead", "behind");
    }

    /** It asks after a backoff. */
    @Test
    void aScanWhoseReadFailedIsNotAwaited() {
        Scan ahead = new Scan("ahead", 100);
        Scan behind = new Scan("behind", 1);
        ask(behind);
        ask(ahead);
        reads.removeFirst().completeExceptionally(new TierUnavailable("away", new IOException("reset")));
        assertThat(started).containsExactly("behind", "ahead");
    }

    @Test
    void aChunkThatWasReadAlreadyNeedsNoTurnAndNoPermit() {
        Scan reading = new Scan("reading", 0);
        Scan ready = new Scan("ready", 0);
        Scan waiting = new Scan("waiting", 0);
        Scan otherShard = new Scan("other shard", 0);
        CompletionStage<RecordScan.Chunk> read = ask(reading);
        permits.next(2, otherShard);
        ready.hasChunk = true;
        assertThat(ask(ready).toCompletableFuture()).isCompleted();
        CompletionStage<RecordScan.Chunk> shared = ask(waiting);
        assertThat(started).containsExactly("reading", "ready");
        waiting.hasChunk = true;
        end(reading, 10);
        assertThat(read.toCompletableFuture()).isCompleted();
        assertThat(shared.toCompletableFuture()).isCompleted();
        assertThat(started).containsExactlyInAnyOrder("reading", "ready", "waiting", "other shard");
        assertThat(permits.waiting()).isZero();
    }
}
