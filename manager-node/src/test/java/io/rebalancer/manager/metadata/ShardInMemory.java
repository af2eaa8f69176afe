package io.rebalancer.manager.metadata;

import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.manager.metadata.ScanGroup.Page;
import io.rebalancer.manager.metadata.ScanGroup.Range;
import io.rebalancer.manager.metadata.ScanGroup.StoredRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * A shard whose reads a test ends. Rows have ids in one of two columns. Keys are ordered from the last to the first in Java's
 * order, with the empty key first, because a database has an order that the scan does not know.
 */
final class ShardInMemory {
    private static final Comparator<String> ORDER =
            Comparator.<String, Boolean>comparing(key -> !key.isEmpty()).thenComparing(Comparator.reverseOrder());

    private final NavigableMap<Long, StoredRow> byId = new TreeMap<>();
    private final NavigableMap<Long, StoredRow> byIdx = new TreeMap<>();
    private final NavigableMap<String, StoredRow> byKey = new TreeMap<>(ORDER);
    private final List<Call<?>> calls = new ArrayList<>();
    private final Random random;
    private int inserted;
    private int reads;
    private int mostNodes;
    int maxRows = 10;
    /** Whether reads return any number of rows up to the maximum. */
    boolean irregular;

    private record Call<T>(Supplier<T> answer, CompletableFuture<T> result) {
        void end() {
            result.complete(answer.get());
        }
    }

    /** @param random decides how many rows an irregular read returns */
    ShardInMemory(Random random) {
        this.random = random;
    }

    void put(long id, StorageNodeId... nodes) {
        put(byId, id, "%06d".formatted(id), nodes);
    }

    void putExtended(long id, StorageNodeId... nodes) {
        put(byIdx, id, "%06d".formatted(id), nodes);
    }

    /** Inserts a row whose key is before another in the shard's order. */
    void putBefore(String key, StorageNodeId... nodes) {
        put(byId, byId.isEmpty() ? 1 : byId.lastKey() + 1, key + "-" + Integer.toBinaryString(inserted++), nodes);
    }

    private void put(NavigableMap<Long, StoredRow> column, long id, String key, StorageNodeId... nodes) {
        StringBuilder document = new StringBuilder();
        for (StorageNodeId node : nodes) {
            document.append(node.text());
        }
        StoredRow row = new StoredRow(key, "etag", document.toString());
        column.put(id, row);
        byKey.put(key, row);
    }

    void delete(String key) {
        StoredRow row = byKey.remove(key);
        byId.values().remove(row);
        byIdx.values().remove(row);
    }

    List<String> keys() {
        return List.copyOf(byKey.keySet());
    }

    /** In the order of a scan by that column; both columns of ids are one scan. */
    List<String> keysNaming(StorageNodeId node, ScanColumn column) {
        List<StoredRow> rows = new ArrayList<>();
        if (column == ScanColumn.KEY) {
            rows.addAll(byKey.values());
        } else {
            rows.addAll(byId.values());
            rows.addAll(byIdx.values());
        }
        return rows.stream()
                .filter(row -> row.value().contains(node.text()))
                .map(StoredRow::key)
                .toList();
    }

    int reads() {
        return reads;
    }

    int mostNodes() {
        return mostNodes;
    }

    int pending() {
        return calls.size();
    }

    void end(int call) {
        calls.remove(call).end();
    }

    /** Ends all calls, and those that follow. */
    void endAll() {
        while (!calls.isEmpty()) {
            end(0);
        }
    }

    void fail(int call, Exception cause) {
        calls.remove(call).result().completeExceptionally(cause);
    }

    ScanGroup.Reader reader() {
        return new ScanGroup.Reader() {
            @Override
            public CompletionStage<Long> highest(ScanColumn column) {
                return call(() -> column(column).isEmpty() ? 0 : column(column).lastKey());
            }

            @Override
            public CompletionStage<Page> read(Range range) {
                reads++;
                mostNodes = Math.max(mostNodes, range.nodes().size());
                return call(() -> range.from().column() == ScanColumn.KEY ? keyPage(range) : idPage(range));
            }

            @Override
            public void markStarted(ScanColumn column) {
                // A read needs no lowest id.
            }

            @Override
            public void close() {
                // Holds no resources.
            }
        };
    }

    private <T> CompletionStage<T> call(Supplier<T> answer) {
        CompletableFuture<T> result = new CompletableFuture<>();
        calls.add(new Call<>(answer, result));
        return result;
    }

    private NavigableMap<Long, StoredRow> column(ScanColumn column) {
        return column == ScanColumn.ID ? byId : byIdx;
    }

    /** Some rows from the start, at least one id. */
    private Page idPage(Range range) {
        ScanPosition from = range.from();
        int ids = irregular ? 1 + random.nextInt(maxRows) : maxRows;
        long end = Math.min(range.lastId(), Math.max(1, from.nextId()) + ids - 1);
        List<StoredRow> rows = List.copyOf(
                column(from.column()).subMap(from.nextId(), true, end, true).values());
        return new Page(mentioning(range, rows), ScanPosition.at(from.column(), end + 1), false, false);
    }

    private Page keyPage(Range range) {
        ScanPosition from = range.from();
        NavigableMap<String, StoredRow> behind = byKey.tailMap(from.afterKey(), false);
        Optional<String> bound = range.lastKey()
                .filter(last -> ORDER.compare(last, from.afterKey()) > 0)
                .filter(last -> !behind.headMap(last, true).isEmpty());
        NavigableMap<String, StoredRow> stretch =
                bound.map(last -> behind.headMap(last, true)).orElse(behind);
        int limit = irregular ? 1 + random.nextInt(maxRows) : maxRows;
        List<Map.Entry<String, StoredRow>> rows =
                stretch.entrySet().stream().limit(limit).toList();
        boolean complete = rows.size() < limit;
        String lastRead =
                rows.isEmpty() ? from.afterKey() : rows.get(rows.size() - 1).getKey();
        return new Page(
                mentioning(range, rows.stream().map(Map.Entry::getValue).toList()),
                ScanPosition.at(
                        ScanColumn.KEY, from.nextId() + rows.size(), complete ? bound.orElse(lastRead) : lastRead, 0),
                bound.isPresent(),
                complete && bound.isEmpty());
    }

    private static List<StoredRow> mentioning(Range range, List<StoredRow> rows) {
        return rows.stream()
                .filter(row ->
                        range.nodes().stream().anyMatch(node -> row.value().contains(node.text())))
                .toList();
    }
}
