package io.rebalancer.manager.metadata;

import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.RecordScan.Chunk;
import io.rebalancer.core.port.RecordScan.ShardCursor;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * The open cursors of one scan and shard. Cursors at the same position share a read: one of them reads the rows of all their
 * storage nodes, and each gets a chunk with its own rows. The chunk of a cursor whose caller did not ask for it is kept until
 * the caller does. A cursor keeps at most one chunk, and gets no rows from other reads meanwhile. {@link KeptChunks} bounds
 * the kept chunks of all groups.
 *
 * <p>A read ends where the next cursor ahead is. Both cursors are then at the same position.
 *
 * <p>Thread-safe. The lock of the group guards all state, and is not held during a read. A cursor that is asked for a chunk
 * while another cursor reads for it waits for the end of that read, and reads only if that read failed.
 */
final class ScanGroup {
    /** Storage nodes whose rows one read may return. Further cursors at the same position need another read. */
    static final int MAX_NODES = 16;

    private final int shard;
    private final Supplier<List<String>> excluded;
    private final KeptChunks keptChunks;
    private final Set<Cursor> cursors = new LinkedHashSet<>();

    /** How one cursor reads rows. At most one call is in progress at a time. */
    interface Reader {

        /** The highest row id of a column at this time; 0 if there is none. Fails as {@link ShardCursor#next} does. */
        CompletionStage<Long> highest(ScanColumn column);

        /** Reads some rows of a range, from its start. Fails as {@link ShardCursor#next} does. */
        CompletionStage<Page> read(Range range);

        /** Another cursor has read the first rows of the column for this cursor. */
        void markStarted(ScanColumn column);

        /** Releases the connections once a call in progress has ended. Does not block. */
        void close();
    }

    /**
     * Rows to read.
     *
     * @param from where the range starts
     * @param lastId the last row id of the range; unused for {@link ScanColumn#KEY}
     * @param lastKey the last key of the range; it does not apply if no row is between {@code from} and this key
     * @param nodes rows that mention none of these storage nodes need not be returned
     */
    record Range(ScanPosition from, long lastId, Optional<String> lastKey, List<StorageNodeId> nodes) {}

    /**
     * The rows of a read.
     *
     * @param rows the rows that mention one of the storage nodes
     * @param end where the next read starts
     * @param withinLastKey whether the last key of the range applied
     * @param last whether the shard has no more rows
     */
    record Page(List<StoredRow> rows, ScanPosition end, boolean withinLastKey, boolean last) {}

    /** A row as the shard stores it. */
    record StoredRow(String key, String etag, String value) {}

    /** A read, and the cursors that get its rows. */
    private record SharedRead(Cursor reader, Set<Cursor> members, CompletableFuture<Boolean> ended) {}

    /**
     * @param excluded records whose key contains one of these texts are not moved; read for every chunk
     * @param keptChunks bounds the kept chunks of this group and others
     */
    ScanGroup(int shard, Supplier<List<String>> excluded, KeptChunks keptChunks) {
        this.shard = shard;
        this.excluded = excluded;
        this.keptChunks = keptChunks;
    }

    /** Opens a cursor, which is in the group until it is closed. */
    synchronized ShardCursor open(StorageNodeId leaving, ScanPosition from, Reader reader) {
        Cursor cursor = new Cursor(leaving, from, reader);
        cursors.add(cursor);
        return cursor;
    }

    private CompletionStage<Chunk> next(Cursor cursor) {
        SharedRead read;
        synchronized (this) {
            if (cursor.closed) {
                return CompletableFuture.failedFuture(
                        new IllegalStateException("the scan of shard " + shard + " is closed"));
            }
            Optional<Chunk> available = cursor.takeAvailable();
            if (available.isPresent()) {
                return CompletableFuture.completedFuture(available.get());
            }
            if (cursor.read.isPresent()) {
                return cursor.read.get().ended().thenCompose(ended -> next(cursor));
            }
            read = begin(cursor);
        }
        return carryOut(read);
    }

    private SharedRead begin(Cursor reader) {
        Set<Cursor> members = new LinkedHashSet<>(List.of(reader));
        Set<StorageNodeId> nodes = new LinkedHashSet<>(List.of(reader.leaving));
        for (Cursor each : cursors) {
            if (each.mayShareReadOf(reader) && (nodes.size() < MAX_NODES || nodes.contains(each.leaving))) {
                members.add(each);
                nodes.add(each.leaving);
            }
        }
        SharedRead read = new SharedRead(reader, members, new CompletableFuture<>());
        members.forEach(each -> each.read = Optional.of(read));
        return read;
    }

    private CompletionStage<Chunk> carryOut(SharedRead read) {
        return findHighest(read)
                .thenCompose(found -> readRange(read))
                .whenComplete((chunk, failure) -> end(read))
                .thenCompose(
                        chunk -> chunk.map(CompletableFuture::completedStage).orElseGet(() -> next(read.reader())));
    }

    /** All members were open before the question, so the answer includes every row that they have to scan. */
    private CompletionStage<Boolean> findHighest(SharedRead read) {
        if (read.reader().isHighestKnown()) {
            return CompletableFuture.completedStage(true);
        }
        return CompletableFuture.completedStage(read.reader().position().column())
                .thenCompose(read.reader().reader::highest)
                .thenApply(highest -> {
                    synchronized (this) {
                        read.members().forEach(each -> each.foundHighest(highest));
                        return true;
                    }
                });
    }

    /** The chunk of the reader; empty if it has no rows left in the column. */
    private CompletionStage<Optional<Chunk>> readRange(SharedRead read) {
        return rangeOf(read)
                .map(range ->
                        read.reader().reader.read(range).thenApply(page -> Optional.of(deliver(read, range, page))))
                .orElse(CompletableFuture.completedStage(Optional.empty()));
    }

    /** Members that have no rows left in the column leave the read. */
    private synchronized Optional<Range> rangeOf(SharedRead read) {
        Cursor reader = read.reader();
        if (!reader.isWithinColumn()) {
            return Optional.empty();
        }
        for (Cursor each : List.copyOf(read.members())) {
            if (!each.isWithinColumn() || !each.isAt(reader.position)) {
                each.leaveRead();
            }
        }
        ScanPosition from = highestCount(read);
        Optional<Cursor> ahead = nextAhead(read, from);
        long highest =
                read.members().stream().mapToLong(each -> each.highest).min().orElse(reader.highest);
        return Optional.of(new Range(
                from,
                Math.min(highest, ahead.map(each -> each.position.nextId() - 1).orElse(highest)),
                ahead.map(each -> each.position.afterKey()),
                read.members().stream().map(each -> each.leaving).distinct().toList()));
    }

    /** Members at the same key may have counted different numbers of rows before it. No count may become lower. */
    private static ScanPosition highestCount(SharedRead read) {
        return read.members().stream()
                .map(each -> each.position)
                .max(Comparator.naturalOrder())
                .orElse(read.reader().position);
    }

    private Optional<Cursor> nextAhead(SharedRead read, ScanPosition from) {
        return cursors.stream()
                .filter(each -> !read.members().contains(each))
                .filter(each -> each.hasRowsLeft()
                        && each.position.column() == from.column()
                        && each.position.compareTo(from) >= 0
                        && !each.isAt(from))
                .min(Comparator.comparing(each -> each.position));
    }

    private Chunk deliver(SharedRead read, Range range, Page page) {
        ScannedRows own = select(page, read.reader());
        Map<Cursor, ScannedRows> others = new LinkedHashMap<>();
        companions(read).forEach(each -> others.put(each, select(page, each)));
        synchronized (this) {
            ScanPosition end = alignCounts(read, range, page);
            others.keySet().retainAll(read.members());
            others.forEach((each, rows) -> {
                if (keptChunks.keep(rows.rows().size())) {
                    each.reader.markStarted(end.column());
                    each.kept = Optional.of(each.advance(end, rows, page.last()));
                }
            });
            return read.reader().advance(end, own, page.last());
        }
    }

    private synchronized List<Cursor> companions(SharedRead read) {
        return read.members().stream().filter(each -> each != read.reader()).toList();
    }

    /** Called without the lock, because parsing takes long. */
    private ScannedRows select(Page page, Cursor cursor) {
        ScannedRows selected = new ScannedRows(shard, cursor.leaving, excluded.get());
        page.rows().forEach(row -> selected.add(row.key(), row.etag(), row.value()));
        return selected;
    }

    /**
     * Makes the counts of rows agree with the order of the keys. The database has just compared the last key of the range, and
     * a cursor far ahead did not count the rows that were inserted behind it since. If its count stayed too low, it looked like
     * the cursor behind, and the two never met.
     *
     * @return the end of the page, with the count of the cursor ahead if the end is where that cursor is
     */
    private ScanPosition alignCounts(SharedRead read, Range range, Page page) {
        ScanPosition end = page.end();
        Optional<Cursor> ahead = page.withinLastKey()
                ? cursors.stream()
                        .filter(each -> !read.members().contains(each)
                                && range.lastKey().equals(Optional.of(each.position.afterKey())))
                        .findFirst()
                : Optional.empty();
        if (ahead.isEmpty()) {
            return end;
        }
        ScanPosition other = ahead.get().position;
        boolean met = ahead.get().isAt(end);
        long missing = (met ? end.nextId() : end.nextId() + 1) - other.nextId();
        if (missing > 0) {
            cursors.stream()
                    .filter(each -> each.read.isEmpty() && each.position.compareTo(other) >= 0)
                    .toList()
                    .forEach(each -> each.addToCount(missing));
        }
        return met && missing < 0 ? ScanPosition.at(end.column(), other.nextId(), end.afterKey(), end.excluded()) : end;
    }

    private void end(SharedRead read) {
        synchronized (this) {
            List.copyOf(read.members()).forEach(Cursor::leaveRead);
        }
        read.ended().complete(true);
    }

    /** All fields that change are guarded by the lock of the group. */
    private final class Cursor implements ShardCursor {
        private static final long UNKNOWN = -1;

        private final StorageNodeId leaving;
        private final Reader reader;
        private ScanPosition position;
        /** The last row id to scan in the column. */
        private long highest;

        private Optional<Chunk> kept = Optional.empty();
        private Optional<SharedRead> read = Optional.empty();
        private boolean closed;

        Cursor(StorageNodeId leaving, ScanPosition from, Reader reader) {
            this.leaving = leaving;
            this.position = from;
            this.reader = reader;
            this.highest = from.column() == ScanColumn.KEY ? Long.MAX_VALUE : UNKNOWN;
        }

        @Override
        public CompletionStage<Chunk> next() {
            return ScanGroup.this.next(this);
        }

        @Override
        public ScanPosition position() {
            synchronized (ScanGroup.this) {
                return position;
            }
        }

        @Override
        public boolean hasChunk() {
            synchronized (ScanGroup.this) {
                return closed || kept.isPresent() || !hasRowsLeft();
            }
        }

        @Override
        public void close() {
            synchronized (ScanGroup.this) {
                closed = true;
                kept.ifPresent(keptChunks::drop);
                kept = Optional.empty();
                cursors.remove(this);
                if (read.isPresent() && read.get().reader() != this) {
                    leaveRead();
                }
            }
            reader.close();
        }

        private boolean isHighestKnown() {
            synchronized (ScanGroup.this) {
                return highest != UNKNOWN;
            }
        }

        /** Whether this cursor may get rows from the next read of the other cursor. */
        private boolean mayShareReadOf(Cursor other) {
            return this != other
                    && kept.isEmpty()
                    && read.isEmpty()
                    && hasRowsLeft()
                    && isAt(other.position)
                    // The other cursor's highest id is from before this cursor was opened.
                    && (highest != UNKNOWN || other.highest == UNKNOWN);
        }

        /** For keys, the counts do not matter: rows may have been inserted or deleted behind one of two cursors. */
        private boolean isAt(ScanPosition other) {
            return position.column() == other.column()
                    && (position.column() == ScanColumn.KEY
                            ? position.afterKey().equals(other.afterKey())
                            : position.nextId() == other.nextId());
        }

        private boolean hasRowsLeft() {
            return highest == UNKNOWN || isWithinColumn();
        }

        private boolean isWithinColumn() {
            return highest > 0 && position.nextId() <= highest;
        }

        /** The kept chunk, or the empty chunk at the end of the shard. */
        private Optional<Chunk> takeAvailable() {
            if (kept.isPresent()) {
                Optional<Chunk> chunk = kept;
                kept = Optional.empty();
                keptChunks.take(chunk.get());
                return chunk;
            }
            return hasRowsLeft() ? Optional.empty() : Optional.of(new Chunk(List.of(), position, true));
        }

        private void leaveRead() {
            read.ifPresent(each -> each.members().remove(this));
            read = Optional.empty();
        }

        private void foundHighest(long id) {
            if (highest == UNKNOWN) {
                highest = id;
                leaveColumnAtItsEnd();
            }
        }

        private Chunk advance(ScanPosition end, ScannedRows found, boolean last) {
            position =
                    ScanPosition.at(end.column(), end.nextId(), end.afterKey(), position.excluded() + found.excluded());
            Chunk chunk = new Chunk(found.rows(), position, last);
            if (last) {
                highest = 0;
            } else {
                leaveColumnAtItsEnd();
            }
            return chunk;
        }

        private void leaveColumnAtItsEnd() {
            if (position.column() == ScanColumn.ID && !isWithinColumn()) {
                position = ScanPosition.at(ScanColumn.IDX, 0, "", position.excluded());
                highest = UNKNOWN;
            }
        }

        private void addToCount(long rows) {
            position = ScanPosition.at(
                    position.column(), position.nextId() + rows, position.afterKey(), position.excluded());
        }
    }
}
