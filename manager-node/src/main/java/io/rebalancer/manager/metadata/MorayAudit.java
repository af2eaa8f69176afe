package io.rebalancer.manager.metadata;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.evacuate.RowWatermark;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.RecordAudit;
import io.rebalancer.manager.fast.ExactJson;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Reads all rows of shards through Moray's {@code sql} call, by ranges of row ids. Moray writes to the primary and answers
 * from it (manta.md 7.6, 7.10). The query has no condition on the type of a row: the directory of a multipart upload may
 * name a storage node, and a row without a type may be an object.
 */
public final class MorayAudit implements RecordAudit {
    private static final String DIRECTORY = "directory";

    private final MorayShards shards;
    private final IntSupplier maxRows;
    private final Supplier<List<String>> excluded;

    /**
     * @param maxRows rows per query, at most; read when the audit of a shard begins
     * @param excluded rows whose key contains one of these texts are not moved by jobs; read for every range
     */
    public MorayAudit(MorayShards shards, IntSupplier maxRows, Supplier<List<String>> excluded) {
        this.shards = shards;
        this.maxRows = maxRows;
        this.excluded = excluded;
    }

    @Override
    public List<Integer> shards() {
        return shards.numbers();
    }

    @Override
    public String source() {
        return "moray";
    }

    @Override
    public ShardReader open(int shard, StorageNodeId node) {
        return new Reader(shard, node);
    }

    private final class Reader implements ShardReader {
        private final int shard;
        private final StorageNodeId node;
        private final RangeReader reader;

        Reader(int shard, StorageNodeId node) {
            this.shard = shard;
            this.node = node;
            this.reader = new RangeReader(shards, shard, "", maxRows.getAsInt());
        }

        @Override
        public CompletionStage<RowWatermark> watermark() {
            return RowQueries.watermark(shards, shard);
        }

        @Override
        public CompletionStage<Range> read(ScanColumn column, long first, long last) {
            return reader.read(column, first, last, List.of(node))
                    .thenApply(read -> range(column, read.nextId(), read.rows()));
        }

        private Range range(ScanColumn column, long nextId, List<JsonNode> rows) {
            List<String> exclusions = excluded.get();
            return new Range(
                    nextId,
                    rows.stream().map(row -> RowQueries.id(row, column)).toList(),
                    rows.stream()
                            .filter(RowQueries::mentionsNode)
                            .flatMap(row -> finding(RowQueries.id(row, column), row, exclusions).stream())
                            .toList());
        }

        private Optional<Finding> finding(long id, JsonNode row, List<String> exclusions) {
            RecordRef ref = new RecordRef(shard, row.path("_key").asText());
            return kind(ref, row)
                    .map(kind -> kind != Kind.UPLOAD && exclusions.stream().anyMatch(ref.key()::contains)
                            ? Kind.EXCLUDED
                            : kind)
                    .map(kind -> new Finding(id, ref, kind));
        }

        private Optional<Kind> kind(RecordRef ref, JsonNode row) {
            String document = row.path("_value").asText();
            try {
                Optional<JsonNode> directory = directory(row, document);
                if (directory.isPresent()) {
                    return directory.filter(this::reservesSpace).map(reserves -> Kind.UPLOAD);
                }
                return MantaRecord.parse(ref, row.path("_etag").asText(), document)
                                .names(node)
                        ? Optional.of(Kind.NAMES_NODE)
                        : Optional.empty();
            } catch (JsonProcessingException | BadMantaObject e) {
                return Optional.of(Kind.UNREADABLE);
            }
        }

        private boolean reservesSpace(JsonNode directory) {
            JsonNode sharks = directory.path("upload").path("sharks");
            return Stream.iterate(0, i -> i < sharks.size(), i -> i + 1)
                    .anyMatch(i ->
                            sharks.path(i).path("manta_storage_id").asText().equals(node.text()));
        }
    }

    /** The value of a row that is a directory. Column and value must agree on that, so that no object passes for a directory. */
    static Optional<JsonNode> directory(JsonNode row, String document) throws JsonProcessingException {
        if (!row.path("type").asText(DIRECTORY).equals(DIRECTORY)) {
            return Optional.empty();
        }
        return Optional.of(ExactJson.MAPPER.readTree(document))
                .filter(value -> value.path("type").asText().equals(DIRECTORY));
    }
}
