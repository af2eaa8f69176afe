package io.rebalancer.manager.reconcile;

import io.rebalancer.cluster.async.ExponentialBackoff;
import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.evacuate.RowWatermark;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.ClaimSource;
import io.rebalancer.core.port.ClaimSource.Chunk;
import io.rebalancer.core.port.ClaimSource.NodeClaim;
import io.rebalancer.core.port.ClaimSource.ShardClaims;
import io.rebalancer.core.port.TierUnavailable;
import io.rebalancer.core.reconcile.ShardCoverage;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.manager.evacuate.planning.ScanPermits;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Reads the claims of all shards into a {@link ClaimFile}. Each shard has one read in progress at a time; the thread that calls
 * {@link #read} stores what arrives. A shard that does not answer for long is given up, and the coverage states it.
 */
final class ClaimReading {
    private static final ExponentialBackoff BACKOFF =
            new ExponentialBackoff(Duration.ofMillis(200), Duration.ofSeconds(10));
    private static final Duration LOOK = Duration.ofMillis(200);

    private final ClaimSource source;
    private final ScanPermits permits;
    private final Clock clock;
    private final Duration shardTimeout;
    private final RunScope scope;
    /** At most one for each shard, because a shard has one read in progress. */
    private final BlockingQueue<Runnable> answers = new LinkedBlockingQueue<>();

    /** @param shardTimeout how long a shard may not answer before it is given up */
    ClaimReading(ClaimSource source, ScanPermits permits, Clock clock, Duration shardTimeout, RunScope scope) {
        this.source = source;
        this.permits = permits;
        this.clock = clock;
        this.shardTimeout = shardTimeout;
        this.scope = scope;
    }

    /**
     * Reads until every shard is complete or given up.
     *
     * @throws IOException if the claims can't be stored
     * @throws RunCanceled if the scope is closed meanwhile
     */
    List<ShardCoverage> read(List<StorageNodeId> nodes, ClaimFile.Writer writer) throws IOException {
        List<Shard> shards = source.shards().stream()
                .map(number -> new Shard(number, source.open(number, new HashSet<>(nodes))))
                .toList();
        shards.forEach(Shard::readNext);
        while (shards.stream().anyMatch(shard -> !shard.ended)) {
            report(shards);
            takeAnswer();
            for (Shard shard : shards) {
                for (NodeClaim claim : shard.takeClaims()) {
                    writer.add(claim);
                }
            }
        }
        return shards.stream().map(Shard::coverage).toList();
    }

    private void report(List<Shard> shards) {
        long rows = shards.stream().mapToLong(shard -> shard.rows).sum();
        String waiting = shards.stream()
                .filter(shard -> !shard.ended)
                .flatMap(shard -> shard.outage.stream()
                        .map(outage -> "; shard " + shard.number + " does not answer since " + outage.since() + ": "
                                + outage.fault()))
                .findFirst()
                .orElse("");
        scope.report("reads the records of " + shards.size() + " shards: " + rows + " rows so far" + waiting);
    }

    private void takeAnswer() {
        try {
            Runnable answer = answers.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
            scope.check();
            if (answer != null) {
                answer.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunCanceled();
        }
    }

    /** Failures of a shard in a row. */
    private record Outage(Instant since, int failures, String fault) {
        Outage with(String lastFault) {
            return new Outage(since, failures + 1, lastFault);
        }
    }

    /** The reading of one shard. Its fields belong to the thread of {@link ClaimReading#read}. */
    private final class Shard {
        private final int number;
        private final ShardClaims reader;
        private final Instant begun = clock.instant();
        private List<NodeClaim> claims = new ArrayList<>();
        private Optional<RowWatermark> watermark = Optional.empty();
        private ScanColumn column = ScanColumn.ID;
        /** Row ids begin at 1. */
        private long nextId = 1;

        private long rows;
        private long unreadable;
        private Optional<Outage> outage = Optional.empty();
        private boolean ended;

        Shard(int number, ShardClaims reader) {
            this.number = number;
            this.reader = reader;
        }

        private void readNext() {
            if (watermark.isEmpty()) {
                permits.<RowWatermark>read(number, ScanPosition.START, reader::watermark)
                        .whenComplete((found, failure) -> answers.add(() -> onWatermark(found, failure)));
                return;
            }
            long last = last();
            if (nextId > last && column == ScanColumn.ID) {
                column = ScanColumn.IDX;
                nextId = 1;
                last = last();
            }
            if (nextId > last) {
                ended = true;
                return;
            }
            long to = last;
            permits.<Chunk>read(number, ScanPosition.at(column, nextId), () -> reader.read(column, nextId, to))
                    .whenComplete((chunk, failure) -> answers.add(() -> onChunk(chunk, failure)));
        }

        private long last() {
            RowWatermark known = watermark.orElseThrow();
            return column == ScanColumn.ID ? known.highestId() : known.highestIdx();
        }

        private void onWatermark(RowWatermark found, Throwable failure) {
            if (failure != null) {
                onFailure(failure);
                return;
            }
            watermark = Optional.of(found);
            outage = Optional.empty();
            readNext();
        }

        private void onChunk(Chunk chunk, Throwable failure) {
            if (failure != null) {
                onFailure(failure);
                return;
            }
            claims.addAll(chunk.claims());
            rows += chunk.rows();
            unreadable += chunk.unreadable();
            nextId = chunk.nextId();
            outage = Optional.empty();
            readNext();
        }

        private void onFailure(Throwable failure) {
            Throwable cause = Failures.rootCause(failure);
            Instant now = clock.instant();
            Outage longer = outage.orElseGet(() -> new Outage(now, 0, "")).with(OneLine.of(cause));
            outage = Optional.of(longer);
            boolean tooLong = Duration.between(longer.since(), now).compareTo(shardTimeout) >= 0;
            if (tooLong || !(cause instanceof TierUnavailable)) {
                ended = true;
                return;
            }
            Duration delay = BACKOFF.delay(longer.failures() - 1);
            CompletionStage<Void> later = CompletableFuture.runAsync(
                    () -> {}, CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS));
            later.thenRun(() -> answers.add(this::readNext));
        }

        private List<NodeClaim> takeClaims() {
            List<NodeClaim> taken = claims;
            claims = new ArrayList<>();
            return taken;
        }

        private ShardCoverage coverage() {
            return new ShardCoverage(
                    number,
                    rows,
                    unreadable,
                    watermark.map(RowWatermark::highestId).orElse(0L),
                    outage.isEmpty(),
                    begun,
                    outage.map(Outage::fault).orElse(""));
        }
    }
}
