package io.rebalancer.manager.metadata;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.evacuate.RowWatermark;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.inventory.Claim;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.ClaimSource;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.IntSupplier;

/** Reads claims through Moray's {@code sql} call, by ranges of row ids. Moray answers from the primary (manta.md 7.10). */
public final class MorayClaims implements ClaimSource {
    /** With more nodes, the values of all rows are read: a long condition costs the database more than it saves. */
    private static final int MAX_CONDITIONS = 10;

    private final MorayShards shards;
    private final IntSupplier maxRows;

    /** @param maxRows rows per query, at most; read when a shard is opened */
    public MorayClaims(MorayShards shards, IntSupplier maxRows) {
        this.shards = shards;
        this.maxRows = maxRows;
    }

    @Override
    public List<Integer> shards() {
        return shards.numbers();
    }

    @Override
    public ShardClaims open(int shard, Set<StorageNodeId> nodes) {
        return new Reader(shard, nodes);
    }

    private final class Reader implements ShardClaims {
        private final int shard;
        private final Set<StorageNodeId> nodes;
        private final List<StorageNodeId> conditions;
        private final RangeReader reader;

        Reader(int shard, Set<StorageNodeId> nodes) {
            this.shard = shard;
            this.nodes = Set.copyOf(nodes);
            this.conditions = nodes.size() > MAX_CONDITIONS ? List.of() : List.copyOf(nodes);
            this.reader = new RangeReader(shards, shard, "", maxRows.getAsInt());
        }

        @Override
        public CompletionStage<RowWatermark> watermark() {
            return RowQueries.watermark(shards, shard);
        }

        @Override
        public CompletionStage<Chunk> read(ScanColumn column, long first, long last) {
            return reader.read(column, first, last, conditions).thenApply(read -> chunk(read.nextId(), read.rows()));
        }

        private Chunk chunk(long nextId, List<JsonNode> rows) {
            List<NodeClaim> claims = new ArrayList<>();
            long unreadable = 0;
            for (JsonNode row : rows) {
                if (RowQueries.mentionsNode(row)) {
                    try {
                        addClaims(row, claims);
                    } catch (JsonProcessingException | BadMantaObject | IllegalArgumentException e) {
                        unreadable++;
                    }
                }
            }
            return new Chunk(nextId, rows.size(), unreadable, claims);
        }

        private void addClaims(JsonNode row, List<NodeClaim> claims) throws JsonProcessingException, BadMantaObject {
            String document = row.path("_value").asText();
            Optional<JsonNode> directory = MorayAudit.directory(row, document);
            if (directory.isPresent()) {
                addReservations(directory.get(), claims);
                return;
            }
            RecordRef ref = new RecordRef(shard, row.path("_key").asText());
            MetadataRecord record = MantaRecord.parse(ref, row.path("_etag").asText(), document);
            addClaims(record, claims);
        }

        private void addClaims(MetadataRecord record, List<NodeClaim> claims) {
            ByteBuffer md5 = ByteBuffer.wrap(record.md5().bytes());
            CopyKey key = new CopyKey(record.owner(), record.objectId());
            Set<StorageNodeId> named = new HashSet<>();
            record.copies().forEach(copy -> named.add(copy.storageNode()));
            int traits = traits(record, named.size());
            boolean reports = true;
            for (StorageNodeId node : record.copies().stream()
                    .map(CopyLocation::storageNode)
                    .distinct()
                    .toList()) {
                if (nodes.contains(node)) {
                    int own = reports ? traits | Claim.REPORTS_RECORD : traits;
                    reports = false;
                    claims.add(new NodeClaim(
                            node,
                            new Claim(
                                    key,
                                    record.sizeBytes(),
                                    md5.getLong(0),
                                    md5.getLong(Long.BYTES),
                                    named.size(),
                                    own,
                                    1,
                                    List.of(shard))));
                }
            }
        }

        private static int traits(MetadataRecord record, int namedNodes) {
            long datacenters = record.copies().stream()
                    .map(CopyLocation::datacenter)
                    .distinct()
                    .count();
            return (namedNodes > 1 && datacenters == 1 ? Claim.ONE_DATACENTER : 0)
                    | (namedNodes < record.copies().size() ? Claim.NAMED_TWICE : 0);
        }

        /** A multipart upload reserves storage nodes for its object long before it has a record (manta.md 6.6). */
        private void addReservations(JsonNode directory, List<NodeClaim> claims) {
            JsonNode upload = directory.path("upload");
            if (!upload.path("sharks").isArray()) {
                return;
            }
            UUID owner = UUID.fromString(directory.path("owner").asText());
            UUID object = UUID.fromString(upload.path("objectId").asText());
            for (JsonNode shark : upload.path("sharks")) {
                StorageNodeId node =
                        new StorageNodeId(shark.path("manta_storage_id").asText());
                if (nodes.contains(node)) {
                    claims.add(new NodeClaim(
                            node, new Claim(new CopyKey(owner, object), 0, 0, 0, 0, 0, 0, List.of(shard))));
                }
            }
        }
    }
}
