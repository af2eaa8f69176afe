package io.rebalancer.manager.metadata;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.MetadataTier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** The metadata tier: Moray's shards over Fast (manta.md section 7). */
public final class MorayMetadataTier implements MetadataTier {
    private static final int STORAGE_NODES_SHARD = 1;

    private final MorayShards shards;
    private final WriteBarrier barrier;
    private final String domain;

    /** @param domain completes storage ids that lack it (manta.md 5.1); empty text to keep them as they are */
    public MorayMetadataTier(MorayShards shards, String domain) {
        this.shards = shards;
        this.barrier = new WriteBarrier(shards);
        this.domain = domain;
    }

    @Override
    public List<Integer> shards() {
        return shards.numbers();
    }

    @Override
    public CompletionStage<Void> ping(int shard) {
        return MorayFailure.classified(shards.ping(shard)).thenAccept(answer -> {});
    }

    @Override
    public CompletionStage<List<MetadataRecord>> recordsOf(int shard, Collection<UUID> objectIds) {
        if (objectIds.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        // Moray sets no limit on a statement; 1,000 quoted ids are 39 KB, and the index on objectid serves each.
        String ids = objectIds.stream().map(id -> "'" + id + "'").collect(Collectors.joining(","));
        String statement =
                "SELECT * FROM " + MorayShards.OBJECTS + " WHERE objectid IN (" + ids + ") AND type = 'object';";
        return MorayFailure.classified(shards.sql(shard, statement))
                .thenApply(rows -> rows.stream()
                        .flatMap(row -> readable(shard, row).stream())
                        .toList());
    }

    private static Optional<MetadataRecord> readable(int shard, JsonNode row) {
        RecordRef ref = new RecordRef(shard, row.path("_key").asText());
        try {
            return Optional.of(MantaRecord.parse(
                    ref, row.path("_etag").asText(), row.path("_value").asText()));
        } catch (BadMantaObject e) {
            // The scan reports the record as bad; a commit can't change it.
            return Optional.empty();
        }
    }

    @Override
    public CompletionStage<Optional<MetadataRecord>> read(RecordRef ref) {
        return shards.getObject(ref.shard(), MorayShards.OBJECTS, ref.key()).handle((values, failure) -> {
            if (failure != null) {
                if (MorayFailure.isNamed(failure, "ObjectNotFoundError")) {
                    return Optional.empty();
                }
                throw MorayFailure.of(failure);
            }
            return values.stream().findFirst().map(value -> recordOf(ref, value));
        });
    }

    private static MetadataRecord recordOf(RecordRef ref, JsonNode object) {
        try {
            return MantaRecord.parse(ref, object.path("_etag").asText(), MantaRecord.textOf(object.path("value")));
        } catch (BadMantaObject | JsonProcessingException e) {
            throw new CompletionException(e);
        }
    }

    @Override
    public CompletionStage<Boolean> moveCopies(
            List<MetadataRecord> records, StorageNodeId leaving, CopyLocation destination, BooleanSupplier maySend) {
        return change(records, record -> MantaRecord.withCopyMoved(record, leaving, destination), maySend);
    }

    @Override
    public CompletionStage<Boolean> addCopy(
            List<MetadataRecord> records, CopyLocation destination, BooleanSupplier maySend) {
        List<MetadataRecord> lacking = records.stream()
                .filter(record -> !record.names(destination.storageNode()))
                .toList();
        return lacking.isEmpty()
                ? CompletableFuture.completedFuture(true)
                : change(lacking, record -> MantaRecord.withCopyAdded(record, destination), maySend);
    }

    @Override
    public CompletionStage<Void> proveWritable(int shard) {
        return barrier.prove(shard);
    }

    /** How the document of a record changes. */
    @FunctionalInterface
    private interface RecordChange {
        String of(MetadataRecord record) throws BadMantaObject;
    }

    /** Changes all records, or none if the etag of any record has changed. */
    private CompletionStage<Boolean> change(
            List<MetadataRecord> records, RecordChange change, BooleanSupplier maySend) {
        List<String> documents = new ArrayList<>();
        try {
            for (MetadataRecord record : records) {
                documents.add(change.of(record));
            }
        } catch (BadMantaObject e) {
            return CompletableFuture.failedFuture(e);
        }
        return put(records, documents, maySend).handle((answer, failure) -> {
            if (failure == null) {
                return true;
            }
            if (MorayFailure.isNamed(failure, "EtagConflictError")
                    || MorayFailure.isNamed(failure, "ObjectNotFoundError")) {
                return false;
            }
            throw MorayFailure.of(failure);
        });
    }

    private CompletionStage<List<JsonNode>> put(
            List<MetadataRecord> records, List<String> documents, BooleanSupplier maySend) {
        MetadataRecord first = records.get(0);
        int shard = first.ref().shard();
        if (records.size() == 1) {
            return shards.putObject(shard, first.ref().key(), documents.get(0), first.etag(), maySend);
        }
        List<JsonNode> requests = new ArrayList<>();
        for (int i = 0; i < records.size(); i++) {
            MetadataRecord record = records.get(i);
            if (record.ref().shard() != shard) {
                throw new IllegalArgumentException(
                        "all records of a batch must be in one shard: " + first.ref() + ", " + record.ref());
            }
            requests.add(MorayShards.putRequest(record.ref().key(), documents.get(i), record.etag()));
        }
        return shards.batch(shard, requests, maySend);
    }

    @Override
    public CompletionStage<Optional<CopyLocation>> findStorageNode(String storageId) {
        String full = domain.isEmpty() || storageId.contains(domain) ? storageId : storageId + "." + domain;
        String filter = "manta_storage_id=" + escaped(full);
        return MorayFailure.classified(shards.findObjects(STORAGE_NODES_SHARD, MorayShards.STORAGE_NODES, filter))
                .thenApply(found -> found.stream()
                        .map(each -> each.path("value"))
                        .reduce((first, last) -> last)
                        .map(value -> new CopyLocation(
                                value.path("datacenter").asText(),
                                new StorageNodeId(value.path("manta_storage_id").asText()))));
    }

    /** Escapes the special characters of the filter language (manta.md 7.6). */
    private static String escaped(String text) {
        StringBuilder out = new StringBuilder();
        for (char c : text.toCharArray()) {
            if ("()*\\\0".indexOf(c) >= 0) {
                out.append('\\').append(String.format("%02x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }
}
