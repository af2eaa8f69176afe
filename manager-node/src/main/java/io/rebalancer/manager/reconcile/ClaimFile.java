package io.rebalancer.manager.reconcile;

import io.rebalancer.core.inventory.Claim;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.FoldedClaims;
import io.rebalancer.core.inventory.KeyRange;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.ClaimSource.NodeClaim;
import io.rebalancer.persistence.sort.RecordCursor;
import io.rebalancer.persistence.sort.RecordFormat;
import io.rebalancer.persistence.sort.RecordSorter;
import io.rebalancer.persistence.sort.SortedFile;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.UUID;

/**
 * The claims of a run on disk, sorted by storage node and key. A claim has the same size whatever its record has, and its
 * storage node is a number: its place in the list of the run's nodes.
 */
final class ClaimFile {
    private static final int NODE = 0;
    private static final int KEY = NODE + Integer.BYTES;
    private static final int SIZE = KEY + 4 * Long.BYTES;
    private static final int MD5 = SIZE + Long.BYTES;
    private static final int SHARD = MD5 + 2 * Long.BYTES;
    private static final int COPIES = SHARD + Integer.BYTES;
    private static final int TRAITS = COPIES + Short.BYTES;
    private static final int RECORDS = TRAITS + Short.BYTES;
    private static final int LENGTH = RECORDS + Short.BYTES;
    static final RecordFormat FORMAT = new RecordFormat(LENGTH, SIZE);

    private final List<StorageNodeId> nodes;
    private final SortedFile file;

    private ClaimFile(List<StorageNodeId> nodes, SortedFile file) {
        this.nodes = nodes;
        this.file = file;
    }

    /** Collects claims in any order. Not thread-safe. */
    static final class Writer implements Closeable {
        private final List<StorageNodeId> nodes;
        private final Map<StorageNodeId, Integer> numbers = new HashMap<>();
        private final RecordSorter sorter;
        private final byte[] bytes = new byte[LENGTH];
        private final ByteBuffer record = ByteBuffer.wrap(bytes);

        /** @param nodes the storage nodes of the run */
        Writer(List<StorageNodeId> nodes, RecordSorter sorter) {
            this.nodes = nodes;
            this.sorter = sorter;
            nodes.forEach(node -> numbers.put(node, numbers.size()));
        }

        void add(NodeClaim each) throws IOException {
            Claim claim = each.claim();
            record.clear();
            Integer node = numbers.get(each.node());
            if (node == null) {
                throw new IllegalArgumentException(each.node() + " does not belong to the run");
            }
            record.putInt(node);
            put(record, claim.key());
            record.putLong(claim.sizeBytes())
                    .putLong(claim.md5High())
                    .putLong(claim.md5Low())
                    .putInt(claim.shards().get(0))
                    .putShort((short) Math.min(claim.copies(), Short.MAX_VALUE))
                    .putShort((short) claim.traits())
                    .putShort((short) claim.records());
            sorter.add(bytes, 0);
        }

        ClaimFile finish(Path target) throws IOException {
            return new ClaimFile(nodes, sorter.finish(target));
        }

        @Override
        public void close() throws IOException {
            sorter.close();
        }
    }

    private static void put(ByteBuffer record, CopyKey key) {
        record.putLong(key.owner().getMostSignificantBits())
                .putLong(key.owner().getLeastSignificantBits())
                .putLong(key.objectId().getMostSignificantBits())
                .putLong(key.objectId().getLeastSignificantBits());
    }

    /** All rows that claim a copy; one for each record and storage node. */
    long count() {
        return file.count();
    }

    void delete() throws IOException {
        file.delete();
    }

    /**
     * The claims on a storage node in a range, ascending, each key once.
     *
     * @throws IOException if the file can't be read
     */
    Claims of(StorageNodeId node, KeyRange range) throws IOException {
        int number = nodes.indexOf(node);
        ByteBuffer key = ByteBuffer.allocate(SIZE).putInt(number);
        put(key, range.after().orElse(CopyKey.FIRST));
        return new Claims(file.from(key.array()), number, range);
    }

    /** Claims of one storage node. Its methods throw {@link UncheckedIOException} if the file can't be read. */
    static final class Claims implements Iterator<Claim>, Closeable {
        private final RecordCursor cursor;
        private final Iterator<Claim> folded;

        private Claims(RecordCursor cursor, int node, KeyRange range) {
            this.cursor = cursor;
            this.folded = new FoldedClaims(new Rows(cursor, node, range));
        }

        @Override
        public boolean hasNext() {
            return folded.hasNext();
        }

        @Override
        public Claim next() {
            return folded.next();
        }

        @Override
        public void close() throws IOException {
            cursor.close();
        }
    }

    /** The rows of one storage node in a range, as they are in the file. The cursor is not behind the first of them. */
    private static final class Rows implements Iterator<Claim> {
        private final RecordCursor cursor;
        private final int node;
        private final KeyRange range;
        private final ByteBuffer record;
        private Optional<Claim> ahead;

        Rows(RecordCursor cursor, int node, KeyRange range) {
            this.cursor = cursor;
            this.node = node;
            this.range = range;
            this.record = ByteBuffer.wrap(cursor.bytes());
            this.ahead = read();
        }

        @Override
        public boolean hasNext() {
            return ahead.isPresent();
        }

        @Override
        public Claim next() {
            Claim next = ahead.orElseThrow(NoSuchElementException::new);
            ahead = read();
            return next;
        }

        private Optional<Claim> read() {
            try {
                while (cursor.next() && record.getInt(cursor.offset() + NODE) == node) {
                    Claim claim = claim(cursor.offset());
                    if (range.contains(claim.key())) {
                        return Optional.of(claim);
                    }
                    if (claim.key().compareTo(range.upTo()) > 0) {
                        return Optional.empty();
                    }
                }
                return Optional.empty();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private Claim claim(int at) {
            return new Claim(
                    new CopyKey(uuid(at + KEY), uuid(at + KEY + 2 * Long.BYTES)),
                    record.getLong(at + SIZE),
                    record.getLong(at + MD5),
                    record.getLong(at + MD5 + Long.BYTES),
                    record.getShort(at + COPIES),
                    record.getShort(at + TRAITS),
                    record.getShort(at + RECORDS),
                    List.of(record.getInt(at + SHARD)));
        }

        private UUID uuid(int at) {
            return new UUID(record.getLong(at), record.getLong(at + Long.BYTES));
        }
    }
}
