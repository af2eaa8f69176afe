package io.rebalancer.playground;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.rebalancer.manager.fast.FastVersion;
import io.rebalancer.playground.moray.ExactJson;
import io.rebalancer.playground.region.FastCaller;
import io.rebalancer.playground.region.RegionPlan;
import io.rebalancer.playground.region.RegionSurvey;
import io.rebalancer.playground.region.RegionSurvey.ShardAddress;
import io.rebalancer.playground.region.RegionSurvey.StoredRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Drift of every kind around one storage node of a region, and what only looks like drift. Files and records are changed as a
 * disk, a user or another tool would change them. Each object is planted once.
 */
final class PlantedDrift {
    static final String NODE = RegionPlan.storageId(1);
    /** Of the same datacenter as {@link #NODE}. */
    private static final String NEIGHBOR = RegionPlan.storageId(4);

    private final List<ShardAddress> shards;
    private final Map<String, Path> roots;
    private final Iterator<StoredRecord> unused;
    private final TreeSet<String> repairable = new TreeSet<>();
    private final TreeSet<String> reportedOnly = new TreeSet<>();
    private final List<Decision> decisions = new ArrayList<>();

    /** What an operator does about drift that no run repairs. */
    private interface Decision {
        void carryOut() throws IOException;
    }

    PlantedDrift(List<ShardAddress> shards, Map<String, Path> roots) throws IOException {
        this.shards = shards;
        this.roots = roots;
        List<StoredRecord> records = RegionSurvey.read(shards);
        Map<String, Long> recordsOfObject =
                records.stream().collect(Collectors.groupingBy(PlantedDrift::object, Collectors.counting()));
        this.unused = records.stream()
                .filter(each ->
                        each.storageIds().size() == 2 && each.storageIds().indexOf(NODE) == 0)
                .filter(each -> !each.storageIds().contains(NEIGHBOR))
                .filter(each -> Objects.equals(recordsOfObject.get(object(each)), 1L))
                .sorted(Comparator.comparing(StoredRecord::label))
                .iterator();
    }

    /** What a run finds and may repair, as "node kind object". */
    TreeSet<String> repairable() {
        return new TreeSet<>(repairable);
    }

    /** What a run finds and an operator has to decide, as "node kind object". */
    TreeSet<String> reportedOnly() {
        return new TreeSet<>(reportedOnly);
    }

    /** Ends all drift that no run repairs, as an operator does. */
    void decide() throws IOException {
        for (Decision each : decisions) {
            each.carryOut();
        }
    }

    /** All files of all storage nodes, without those that agents keep for themselves, and their contents. */
    Map<Path, ByteBuffer> files() throws IOException {
        Map<Path, ByteBuffer> files = new TreeMap<>();
        for (Path root : roots.values()) {
            try (Stream<Path> all = Files.walk(root)) {
                for (Path each : (Iterable<Path>) all.filter(Files::isRegularFile)
                        .filter(each -> !each.startsWith(root.resolve("rebalancer")))
                        .filter(each -> !each.startsWith(root.resolve(".rebalancer")))::iterator) {
                    files.put(each, ByteBuffer.wrap(Files.readAllBytes(each)));
                }
            }
        }
        return files;
    }

    /** All that a run finds. */
    TreeSet<String> all() {
        TreeSet<String> all = repairable();
        all.addAll(reportedOnly);
        return all;
    }

    private Path root(String node) {
        return Objects.requireNonNull(roots.get(node));
    }

    Path file(String node, StoredRecord record) {
        return root(node).resolve(owner(record)).resolve(object(record));
    }

    private static String owner(StoredRecord record) {
        return record.value().path("owner").asText();
    }

    private static String object(StoredRecord record) {
        return record.value().path("objectId").asText();
    }

    private static String other(StoredRecord record) {
        return record.storageIds().get(1);
    }

    private static String finding(String node, String kind, StoredRecord record) {
        return node + " " + kind + " " + object(record);
    }

    StoredRecord missing() throws IOException {
        StoredRecord record = unused.next();
        Files.delete(file(NODE, record));
        repairable.add(finding(NODE, "missing_copy", record));
        return record;
    }

    StoredRecord wrongSize() throws IOException {
        StoredRecord record = unused.next();
        Files.writeString(file(NODE, record), "x", StandardOpenOption.APPEND);
        repairable.add(finding(NODE, "size_mismatch", record));
        return record;
    }

    /** One bit differs, and neither the length nor the name. */
    StoredRecord flippedBit() throws IOException {
        StoredRecord record = unused.next();
        byte[] content = Files.readAllBytes(file(NODE, record));
        content[content.length / 2] ^= 1;
        Files.write(file(NODE, record), content);
        repairable.add(finding(NODE, "checksum_mismatch", record));
        return record;
    }

    /** @return the file */
    Path orphan() throws IOException {
        UUID object = UUID.randomUUID();
        Path file = root(NODE).resolve(owner(unused.next())).resolve(object.toString());
        Files.writeString(file, "of no record");
        repairable.add(NODE + " orphan_file " + object);
        return file;
    }

    /** The record names one copy only, and there is no other file. */
    StoredRecord underReplicated() throws IOException {
        StoredRecord record = unused.next();
        ObjectNode value = record.value().deepCopy();
        value.putArray("sharks").add(record.value().path("sharks").path(0));
        put(record.shard(), record.key(), value);
        Files.delete(file(other(record), record));
        repairable.add(finding(NODE, "under_replicated", record));
        return record;
    }

    /** No file of the object is left. */
    StoredRecord lost() throws IOException {
        StoredRecord record = unused.next();
        byte[] backup = Files.readAllBytes(file(NODE, record));
        for (String each : record.storageIds()) {
            Files.delete(file(each, record));
            reportedOnly.add(finding(each, "missing_all", record));
            decisions.add(() -> Files.write(file(each, record), backup));
        }
        return record;
    }

    /** The record names one of its storage nodes twice. */
    StoredRecord overReplicated() throws IOException {
        StoredRecord record = unused.next();
        ObjectNode value = record.value().deepCopy();
        value.withArray("sharks").add(record.value().path("sharks").path(0));
        put(record.shard(), record.key(), value);
        reportedOnly.add(finding(NODE, "over_replicated", record));
        decisions.add(() -> put(record.shard(), record.key(), record.value()));
        return record;
    }

    /** Both copies are in one datacenter. */
    StoredRecord misplaced() throws IOException {
        StoredRecord record = unused.next();
        ObjectNode value = record.value().deepCopy();
        ((ObjectNode) value.withArray("sharks").get(1))
                .put(
                        "datacenter",
                        value.path("sharks").path(0).path("datacenter").asText())
                .put("manta_storage_id", NEIGHBOR);
        put(record.shard(), record.key(), value);
        Files.createDirectories(file(NEIGHBOR, record).getParent());
        Files.move(file(other(record), record), file(NEIGHBOR, record));
        reportedOnly.add(finding(NODE, "misplaced", record));
        decisions.add(() -> {
            Files.move(file(NEIGHBOR, record), file(other(record), record));
            put(record.shard(), record.key(), record.value());
        });
        return record;
    }

    /** Two records of one object disagree on its size. */
    StoredRecord contradictory() throws IOException {
        StoredRecord record = unused.next();
        ObjectNode value = link(record);
        value.put("contentLength", value.path("contentLength").asLong() + 1);
        put(record.shard(), value.path("key").asText(), value);
        record.storageIds().forEach(each -> reportedOnly.add(finding(each, "contradictory", record)));
        decisions.add(() -> delete(record.shard(), value.path("key").asText()));
        return record;
    }

    /** A user made a link and removed the first name: the record of the link keeps the files. */
    StoredRecord snaplink() throws IOException {
        StoredRecord record = unused.next();
        ObjectNode value = link(record);
        put(record.shard(), value.path("key").asText(), value);
        delete(record.shard(), record.key());
        return record;
    }

    /** A multipart upload that chose its storage nodes: one has the file already, and no record of the object exists. */
    StoredRecord upload() throws IOException {
        StoredRecord record = unused.next();
        String id = UUID.randomUUID().toString();
        String key = "/" + owner(record) + "/uploads/0/" + id;
        ObjectNode value = ExactJson.MAPPER.createObjectNode();
        value.put("dirname", "/" + owner(record) + "/uploads/0").put("key", key).put("name", id);
        value.put("owner", owner(record)).put("type", "directory");
        ObjectNode upload = value.putObject("upload").put("id", id).put("state", "created");
        upload.put("objectPath", record.key()).put("objectId", object(record));
        upload.set("sharks", record.value().path("sharks"));
        put(record.shard(), key, value);
        delete(record.shard(), record.key());
        Files.delete(file(other(record), record));
        return record;
    }

    /** Files that are no objects: of a request in progress, of the layout v2, a link, and one of unknown origin. */
    void unmanagedFiles() throws IOException {
        StoredRecord record = unused.next();
        Path staging = root(NODE).resolve("nginx_temp/client_body");
        Files.createDirectories(staging);
        Files.writeString(staging.resolve("0000000001"), "half of a request");
        Path v2 = root(NODE).resolve("v2/" + UUID.randomUUID() + "/" + UUID.randomUUID() + "/0a");
        Files.createDirectories(v2);
        Files.writeString(v2.resolve(UUID.randomUUID() + "," + "0".repeat(32)), "v2");
        Files.createSymbolicLink(
                root(NODE).resolve(owner(record)).resolve(UUID.randomUUID().toString()), file(NODE, record));
        Files.writeString(root(NODE).resolve("notes.txt"), "not an object");
    }

    /** A second name of the same object. */
    private static ObjectNode link(StoredRecord record) {
        ObjectNode value = record.value().deepCopy();
        String dirname = "/" + owner(record) + "/stor/links";
        String name = "planted-" + object(record);
        return value.put("dirname", dirname).put("name", name).put("key", dirname + "/" + name);
    }

    private void put(int shard, String key, JsonNode value) throws IOException {
        try (FastCaller caller = caller(shard)) {
            caller.call("putObject", text("manta"), text(key), value, ExactJson.MAPPER.createObjectNode());
        }
    }

    private void delete(int shard, String key) throws IOException {
        try (FastCaller caller = caller(shard)) {
            caller.call("delObject", text("manta"), text(key), ExactJson.MAPPER.createObjectNode());
        }
    }

    private FastCaller caller(int shard) throws IOException {
        ShardAddress address = shards.stream()
                .filter(each -> each.number() == shard)
                .findFirst()
                .orElseThrow();
        return new FastCaller(address.host(), address.port(), FastVersion.V2);
    }

    private static TextNode text(String value) {
        return TextNode.valueOf(value);
    }
}
