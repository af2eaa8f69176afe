package io.rebalancer.playground.region;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rebalancer.playground.moray.EtagCondition;
import io.rebalancer.playground.moray.ExactJson;
import io.rebalancer.playground.moray.MorayPut;
import io.rebalancer.playground.moray.MorayTable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/** Fills a region with files on the storage nodes and with the records that name them (manta.md 6.6). */
public final class RegionContents {
    private static final int WRITERS = 4;
    private static final int BATCH = 250;
    private static final long MTIME = 1_700_000_000_000L;
    private static final int EXTENDED_ID_EVERY = 10;

    private final List<SimulatedNode> nodes;
    private final List<MorayTable> shards;
    private final List<List<MorayPut>> pending = new ArrayList<>();
    private final Set<String> directories = new LinkedHashSet<>();
    private long records;
    private long snaplinks;
    private long empty;
    private long bytes;

    /**
     * What was created.
     *
     * @param objects number of objects, including empty objects
     * @param records number of rows, including those of snaplinks and directories
     * @param unreadable number of source files that could not be read
     * @param bytes content bytes; each object counts once
     */
    public record Summary(
            long objects, long records, long directories, long snaplinks, long empty, long unreadable, long bytes) {}

    private RegionContents(List<SimulatedNode> nodes, List<MorayTable> shards) {
        this.nodes = nodes;
        this.shards = shards;
        shards.forEach(shard -> pending.add(new ArrayList<>()));
    }

    /**
     * Fills an empty region.
     *
     * @param shards tables of the shards, in the order of their numbers
     * @param progress receives the number of objects that are stored
     */
    public static Summary create(
            RegionPlan plan, List<SimulatedNode> nodes, List<MorayTable> shards, LongConsumer progress)
            throws IOException, SQLException, InterruptedException {
        return new RegionContents(nodes, shards)
                .create(
                        plan.from().isPresent()
                                ? ImportedObjects.below(plan.from().get(), plan.seed(), nodes)
                                : GeneratedObjects.of(plan, nodes),
                        progress);
    }

    /**
     * As {@link #create}, with generated objects only, each with one of its copies on {@code node}: the number of objects
     * of the plan is the number of copies on that node.
     */
    public static Summary createOn(
            SimulatedNode node,
            RegionPlan plan,
            List<SimulatedNode> nodes,
            List<MorayTable> shards,
            LongConsumer progress)
            throws IOException, SQLException, InterruptedException {
        return new RegionContents(nodes, shards)
                .create(
                        GeneratedObjects.unlimited(plan, nodes)
                                .filter(object -> object.copies().contains(node))
                                .limit(plan.objects()),
                        progress);
    }

    private Summary create(Stream<NewObject> source, LongConsumer progress)
            throws IOException, SQLException, InterruptedException {
        putStorageNodes();
        for (SimulatedNode node : nodes) {
            Files.createDirectories(node.root());
        }
        long objects = 0;
        long unreadable = 0;
        ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
        try (source) {
            List<NewObject> group = new ArrayList<>();
            for (NewObject each : (Iterable<NewObject>) source::iterator) {
                group.add(each);
                if (group.size() == BATCH) {
                    long stored = store(group, writers);
                    objects += stored;
                    unreadable += group.size() - stored;
                    group.clear();
                    progress.accept(objects);
                }
            }
            long stored = store(group, writers);
            objects += stored;
            unreadable += group.size() - stored;
        } finally {
            writers.shutdownNow();
        }
        putDirectories();
        flush(1);
        progress.accept(objects);
        return new Summary(objects, records, directories.size(), snaplinks, empty, unreadable, bytes);
    }

    private long store(List<NewObject> group, ExecutorService writers)
            throws IOException, SQLException, InterruptedException {
        List<Future<Stored>> running = new ArrayList<>();
        for (NewObject object : group) {
            running.add(writers.submit(() -> write(object)));
        }
        long stored = 0;
        for (int i = 0; i < group.size(); i++) {
            Stored files = result(running.get(i));
            if (files.readable()) {
                putRecords(group.get(i), files);
                stored++;
            }
        }
        flush(BATCH);
        return stored;
    }

    private static Stored result(Future<Stored> running) throws IOException, InterruptedException {
        try {
            return running.get();
        } catch (ExecutionException e) {
            throw new IOException("an object could not be written: " + e.getCause(), e);
        }
    }

    /** Size and digest of the written files. {@code readable} is false if the source could not be read. */
    private record Stored(boolean readable, long sizeBytes, String md5) {}

    private static Stored write(NewObject object) throws IOException {
        MessageDigest digest = md5();
        List<Path> files = new ArrayList<>();
        for (SimulatedNode node : object.copies()) {
            Path owner = node.root().resolve(object.owner().toString());
            Files.createDirectories(owner);
            files.add(owner.resolve(object.objectId().toString()));
        }
        long size;
        try (InputStream in = new DigestInputStream(object.content().open(), digest);
                OutputStream out = Files.newOutputStream(files.get(0))) {
            size = in.transferTo(out);
        } catch (IOException e) {
            Files.deleteIfExists(files.get(0));
            return new Stored(false, 0, "");
        }
        if (size == 0) {
            Files.delete(files.get(0));
        } else {
            for (Path file : files.subList(1, files.size())) {
                Files.copy(files.get(0), file);
            }
        }
        return new Stored(true, size, Base64.getEncoder().encodeToString(digest.digest()));
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has MD5", e);
        }
    }

    private void putRecords(NewObject object, Stored files) {
        bytes += files.sizeBytes();
        empty += files.sizeBytes() == 0 ? 1 : 0;
        ObjectNode value = record(object, object.key());
        value.put("contentLength", files.sizeBytes());
        value.put("contentMD5", files.md5());
        value.put("contentType", "application/octet-stream");
        value.put("etag", object.objectId().toString());
        value.put("objectId", object.objectId().toString());
        var sharks = value.putArray("sharks");
        if (files.sizeBytes() > 0) {
            object.copies()
                    .forEach(node -> sharks.addObject()
                            .put("datacenter", node.datacenter())
                            .put("manta_storage_id", node.storageId()));
        }
        put(object.key(), value, object.number());
        if (object.snaplink().isPresent()) {
            String key = object.snaplink().get();
            ObjectNode link = value.deepCopy();
            link.setAll(record(object, key));
            link.put("createdFrom", object.key());
            put(key, link, object.number());
            snaplinks++;
        }
    }

    private ObjectNode record(NewObject object, String key) {
        String parent = parent(key);
        for (String each = parent; each.indexOf('/', 1) > 0; each = parent(each)) {
            directories.add(each);
        }
        ObjectNode value = ExactJson.MAPPER.createObjectNode();
        value.put("dirname", parent).put("key", key);
        value.putObject("headers");
        value.put("mtime", MTIME + object.number());
        value.put("name", key.substring(key.lastIndexOf('/') + 1));
        value.put("creator", object.owner().toString())
                .put("owner", object.owner().toString());
        value.putArray("roles");
        value.put("type", "object").put("vnode", vnode(parent));
        if (object.number() % 7 == 0) {
            // Members of a newer Manta: an evacuation must preserve them exactly.
            value.put("x-weight", new BigDecimal("1.50"));
            value.putObject("x-extra").put("kept", true);
        }
        return value;
    }

    private static String parent(String key) {
        return key.substring(0, key.lastIndexOf('/'));
    }

    private static int vnode(String directory) {
        return Math.floorMod(directory.hashCode(), 100_000);
    }

    private void put(String key, ObjectNode value, long number) {
        MorayPut.RowId ids = number % EXTENDED_ID_EVERY == 0 ? MorayPut.RowId.EXTENDED : MorayPut.RowId.CLASSIC;
        int shard = Math.floorMod(parent(key).hashCode() * 31, shards.size());
        pending.get(shard).add(new MorayPut("manta", key, value, EtagCondition.any(), ids));
        records++;
    }

    private void putDirectories() {
        for (String key : directories) {
            ObjectNode value = ExactJson.MAPPER.createObjectNode();
            String owner = key.substring(1, key.indexOf('/', 1));
            value.put("dirname", parent(key)).put("key", key);
            value.putObject("headers");
            value.put("mtime", MTIME).put("owner", owner).put("creator", owner);
            value.putArray("roles");
            value.put("type", "directory").put("vnode", vnode(key));
            put(key, value, 1);
        }
    }

    private void flush(int minPuts) throws SQLException {
        for (int shard = 0; shard < shards.size(); shard++) {
            List<MorayPut> puts = pending.get(shard);
            if (puts.size() >= minPuts) {
                shards.get(shard).putAll(puts);
                puts.clear();
            }
        }
    }

    private void putStorageNodes() throws SQLException {
        for (SimulatedNode node : nodes) {
            shards.get(0).put("manta_storage", node.storageId(), StorageNodeRecord.of(node), EtagCondition.any());
        }
    }

    /** A random UUID of version 4 that depends on the seed only. */
    static UUID uuid(SplittableRandom random) {
        long high = random.nextLong() & ~0xF000L | 0x4000L;
        long low = random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }
}
