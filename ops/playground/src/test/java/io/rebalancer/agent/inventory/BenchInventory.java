package io.rebalancer.agent.inventory;

import io.rebalancer.agent.store.Durability;
import io.rebalancer.agent.store.FileFacts;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.agent.store.SpaceGuard;
import io.rebalancer.agent.store.TouchedKeys.Touched;
import io.rebalancer.cluster.settings.InventorySettings;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.Coverage;
import io.rebalancer.core.inventory.InventoryEntry;
import io.rebalancer.core.inventory.KeyRange;
import io.rebalancer.core.inventory.RangeDigest;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.NodeInventory.EntryPage;
import io.rebalancer.core.reconcile.RunToken;
import io.rebalancer.persistence.sort.RecordCursor;
import io.rebalancer.persistence.sort.RecordSorter;
import io.rebalancer.persistence.sort.SortedFile;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/** An agent's finished inventory of files that do not exist, written and read by the agent's classes. */
public final class BenchInventory implements Closeable {
    private static final StorageNodeId NODE = new StorageNodeId("1.stor");
    private static final long SCRUB_BYTES = 1 << 30;

    private final RunToken token;
    private final ObjectStore store;
    private final AgentInventory inventory;
    private final InventoryReader reader;
    private final SortedFile records;

    private BenchInventory(RunToken token, ObjectStore store, AgentInventory inventory, SortedFile records) {
        this.token = token;
        this.store = store;
        this.inventory = inventory;
        this.reader = new InventoryReader(inventory);
        this.records = records;
    }

    /** Collects entries in any order. */
    public static final class Writer implements Closeable {
        private final RunToken token;
        private final Path directory;
        private final InventoryFiles files;
        private final RecordSorter sorter;
        private final byte[] bytes = new byte[InventoryRecords.FORMAT.recordBytes()];
        private final ByteBuffer record = ByteBuffer.wrap(bytes);

        /** @param memoryBytes memory for records before they are written */
        public Writer(RunToken token, Path directory, long memoryBytes) throws IOException {
            this.token = token;
            this.directory = directory;
            this.files = new InventoryFiles(Files.createDirectories(directory).resolve("inventory"));
            this.sorter = files.newSorter(memoryBytes);
        }

        public void add(CopyKey key, long sizeBytes, long modifiedMillis, long changedMillis) throws IOException {
            FileFacts facts = new FileFacts(FileFacts.Kind.REGULAR_FILE, sizeBytes, modifiedMillis, changedMillis, key);
            InventoryRecords.write(record, key.owner(), key.objectId(), facts);
            sorter.add(bytes, 0);
        }

        /** Sorts the entries, and opens them as the start of an agent does. */
        public BenchInventory finish(InventorySettings settings) throws IOException {
            SortedFile sorted = sorter.finish(files.newSortedFile(token.runId().toString()));
            files.save(new StoredInventory(
                    token, "bench", Instant.now(), Coverage.NONE, Touched.NONE, sorted.count(), sorted.checksum()));
            ObjectStore store = ObjectStore.open(
                    Files.createDirectories(directory.resolve("root")), Durability.OS, SpaceGuard.Bounds.NONE);
            NodeSentinel sentinel = NodeSentinel.open(directory.resolve("root"), directory, NODE);
            AgentInventory inventory =
                    AgentInventory.open(store, sentinel, store.runFence(), files, settings, System::nanoTime);
            return new BenchInventory(token, store, inventory, sorted);
        }

        @Override
        public void close() throws IOException {
            sorter.close();
        }
    }

    /** The settings of an agent with that memory for sorting. */
    public static InventorySettings settings(long memoryBytes) {
        return new InventorySettings(memoryBytes, 0, SCRUB_BYTES);
    }

    public long count() {
        return records.count();
    }

    /** See {@link io.rebalancer.core.port.NodeInventory#differing}. */
    public List<Integer> differing(Optional<CopyKey> after, List<RangeDigest> ranges) throws Exception {
        return reader.differing(token.runId(), after, ranges);
    }

    /** See {@link io.rebalancer.core.port.NodeInventory#entries}. */
    public EntryPage entries(KeyRange range, int limit) throws Exception {
        return reader.entries(token.runId(), range, limit);
    }

    /** All entries, read from the disk. */
    public Entries all() throws IOException {
        return new Entries(records.first());
    }

    /** Entries in their order. */
    public static final class Entries implements Iterator<InventoryEntry>, Closeable {
        private final RecordCursor cursor;
        private boolean more;

        private Entries(RecordCursor cursor) throws IOException {
            this.cursor = cursor;
            this.more = cursor.next();
        }

        @Override
        public boolean hasNext() {
            return more;
        }

        @Override
        public InventoryEntry next() {
            if (!more) {
                throw new NoSuchElementException();
            }
            try {
                InventoryEntry entry = InventoryRecords.entry(cursor.bytes(), cursor.offset(), Touched.NONE);
                more = cursor.next();
                return entry;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            cursor.close();
        }
    }

    /** Deletes the inventory. */
    @Override
    public void close() throws IOException {
        inventory.drop(token.runId());
        inventory.close();
        store.close();
    }
}
