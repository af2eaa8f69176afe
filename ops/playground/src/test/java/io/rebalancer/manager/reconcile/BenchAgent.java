package io.rebalancer.manager.reconcile;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.rebalancer.agent.inventory.BenchInventory;
import io.rebalancer.cluster.inventory.EntryFrames;
import io.rebalancer.core.inventory.ContentFacts;
import io.rebalancer.core.inventory.CopyFacts;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.InventoryStatus;
import io.rebalancer.core.inventory.KeyRange;
import io.rebalancer.core.inventory.RangeDigest;
import io.rebalancer.core.port.NodeInventory;
import io.rebalancer.core.reconcile.PurgeOrder;
import io.rebalancer.core.reconcile.QuarantineOrder;
import io.rebalancer.core.reconcile.RepairOrder;
import io.rebalancer.core.reconcile.RunToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.zip.GZIPOutputStream;

/**
 * Answers for an inventory in the same process. Entries are encoded and decoded as they are for messages. Digests are encoded
 * to count their bytes: as CBOR with gzip, which is what the cluster's serializer does with them.
 */
final class BenchAgent implements NodeInventory {
    private static final ObjectMapper CBOR = new ObjectMapper(new CBORFactory()).registerModule(new Jdk8Module());

    private final BenchInventory inventory;
    private long digestBytes;
    private long entryBytes;

    BenchAgent(BenchInventory inventory) {
        this.inventory = inventory;
    }

    long digestBytes() {
        return digestBytes;
    }

    long entryBytes() {
        return entryBytes;
    }

    private interface Work<T> {
        T run() throws Exception;
    }

    private static <T> CompletionStage<T> result(Work<T> work) {
        try {
            return CompletableFuture.completedFuture(work.run());
        } catch (Exception e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletionStage<List<Integer>> differing(UUID runId, Optional<CopyKey> after, List<RangeDigest> ranges) {
        return result(() -> {
            digestBytes += compressedBytes(ranges);
            return inventory.differing(after, ranges);
        });
    }

    private static int compressedBytes(List<RangeDigest> ranges) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            CBOR.writeValue(gzip, ranges);
        }
        return bytes.size();
    }

    @Override
    public CompletionStage<EntryPage> entries(UUID runId, KeyRange range, int limit) {
        return result(() -> {
            EntryPage page = inventory.entries(range, limit);
            byte[] frame = EntryFrames.encode(page.entries());
            entryBytes += frame.length;
            return new EntryPage(EntryFrames.decode(frame), page.last());
        });
    }

    private static <T> CompletionStage<T> unsupported() {
        return CompletableFuture.failedFuture(new UnsupportedOperationException("the bench does not use it"));
    }

    @Override
    public CompletionStage<InventoryStatus> begin(RunToken token) {
        return unsupported();
    }

    @Override
    public CompletionStage<InventoryStatus> status(UUID runId) {
        return unsupported();
    }

    @Override
    public CompletionStage<Void> drop(UUID runId) {
        return unsupported();
    }

    @Override
    public CompletionStage<List<CopyFacts>> look(List<CopyKey> keys) {
        return unsupported();
    }

    @Override
    public CompletionStage<List<ContentFacts>> readContents(List<CopyKey> keys) {
        return unsupported();
    }

    @Override
    public CompletionStage<Map<CopyKey, QuarantineOrder.Result>> quarantine(QuarantineOrder order) {
        return unsupported();
    }

    @Override
    public CompletionStage<QuarantinePage> quarantined(Optional<String> after, int limit) {
        return unsupported();
    }

    @Override
    public CompletionStage<Restore> restore(String id) {
        return unsupported();
    }

    @Override
    public CompletionStage<List<String>> purge(PurgeOrder order) {
        return unsupported();
    }

    @Override
    public CompletionStage<RepairProgress> repair(RepairOrder order) {
        return unsupported();
    }
}
