package io.rebalancer.manager.evacuate.verification;

import io.rebalancer.core.evacuate.RowWatermark;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ShardEvidence;
import io.rebalancer.core.evacuate.VerifiedRows;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.port.RecordAudit;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Decides what the verification of one shard reads next, and gathers the evidence. No I/O; not thread-safe.
 *
 * <pre>
 * watermark ─► all rows up to it ─► watermark ─► new rows ─► watermark ─┬─ no new row ─► complete
 *                                    ▲                                  │
 *                                    └──────────── new rows ────────────┴─ after MAX_ROUNDS ─► incomplete
 * </pre>
 */
final class ShardSweep {
    /** Rounds after the first one, at most. A round takes as long as it takes to read the rows of the round before. */
    static final int MAX_ROUNDS = 20;

    private final int shard;
    private final String source;
    private final Instant startedAt;
    private final ColumnSweep ids;
    private final ColumnSweep idxs;
    private final List<RecordRef> sample = new ArrayList<>();
    private Optional<RowWatermark> before = Optional.empty();
    private VerifiedRows rows = VerifiedRows.NONE;
    private int rounds;

    /** What to read next. */
    sealed interface Step {}

    /** The highest row ids. */
    enum ReadWatermark implements Step {
        INSTANCE
    }

    /** Rows of one column from {@code first} to {@code last}, or some of them. */
    record ReadRows(ScanColumn column, long first, long last) implements Step {}

    /** @param from rows up to this watermark were read before; {@link RowWatermark#NONE} to read all */
    ShardSweep(int shard, String source, RowWatermark from, Instant startedAt) {
        this.shard = shard;
        this.source = source;
        this.startedAt = startedAt;
        this.ids = new ColumnSweep(ScanColumn.ID, from.highestId());
        this.idxs = new ColumnSweep(ScanColumn.IDX, from.highestIdx());
    }

    /** Returns the same step until its result is recorded. */
    Step next() {
        ColumnSweep column = current();
        return column.isFinished()
                ? ReadWatermark.INSTANCE
                : new ReadRows(column.column(), column.nextId(), column.target());
    }

    private ColumnSweep current() {
        return ids.isFinished() ? idxs : ids;
    }

    /**
     * Starts the next round, unless the shard is read completely or the rounds are used up.
     *
     * @return the evidence if this was the last read
     */
    Optional<ShardEvidence> recordWatermark(RowWatermark now, Instant at) {
        boolean reread = rounds >= 2;
        boolean complete = reread && ids.covers(now.highestId()) && idxs.covers(now.highestIdx());
        if (complete || rounds > MAX_ROUNDS) {
            RowWatermark after = complete ? now : new RowWatermark(ids.covered(), idxs.covered());
            return Optional.of(new ShardEvidence(
                    shard, source, before.orElseThrow(), after, complete, rows, sample, startedAt, at));
        }
        if (before.isEmpty()) {
            before = Optional.of(now);
        }
        rounds++;
        ids.startRound(now.highestId());
        idxs.startRound(now.highestIdx());
        return Optional.empty();
    }

    /** The result of the last {@link ReadRows}. */
    void recordRows(RecordAudit.Range range) {
        ColumnSweep column = current();
        Set<Long> counted = range.ids().stream().filter(column::count).collect(Collectors.toUnmodifiableSet());
        List<RecordAudit.Finding> findings = range.findings().stream()
                .filter(each -> counted.contains(each.id()))
                .toList();
        rows = new VerifiedRows(
                rows.read() + counted.size(),
                rows.naming() + count(findings, RecordAudit.Kind.NAMES_NODE::equals),
                rows.unreadable() + count(findings, RecordAudit.Kind.UNREADABLE::equals),
                rows.excluded() + count(findings, RecordAudit.Kind.EXCLUDED::equals),
                rows.uploads() + count(findings, RecordAudit.Kind.UPLOAD::equals));
        findings.stream()
                .limit(ShardEvidence.MAX_SAMPLE - sample.size())
                .map(RecordAudit.Finding::ref)
                .forEach(sample::add);
        column.advanceTo(range.nextId());
    }

    private static long count(List<RecordAudit.Finding> findings, Predicate<RecordAudit.Kind> kind) {
        return findings.stream().map(RecordAudit.Finding::kind).filter(kind).count();
    }

    /** @param verified whether the evidence is complete */
    VerificationEvent.ShardProgress progress(boolean verified) {
        return new VerificationEvent.ShardProgress(
                shard, ids.readIds() + idxs.readIds(), ids.target() + idxs.target(), rows, verified);
    }
}
