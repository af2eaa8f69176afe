package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.rebalancer.manager.fast.FastVersion;
import io.rebalancer.playground.region.FastCaller;
import io.rebalancer.playground.region.RegionSurvey;
import io.rebalancer.playground.region.RegionSurvey.StoredRecord;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Users who overwrite, delete and touch objects at a steady rate, one change after another, until they are stopped.
 * Once a given number of objects has changed, they change only those objects again, so that the rest of the region
 * does not depend on the speed of the machine.
 */
final class RegionUsers implements Runnable {
    private static final TextNode OBJECTS = TextNode.valueOf("manta");

    private final List<RegionSurvey.ShardAddress> shards;
    private final List<StoredRecord> objects;
    private final int maxChangedObjects;
    private final long intervalNanos;
    private final Random random = new Random(20_000);
    private final Map<Integer, FastCaller> callers = new HashMap<>();
    private final Map<String, LastChange> lastChanges = new HashMap<>();
    private Optional<IOException> failure = Optional.empty();
    private volatile boolean stopped;

    /** The last change of a user to an object. */
    private sealed interface LastChange {
        record Deleted() implements LastChange {}

        record Overwritten(String objectId) implements LastChange {}

        record Touched(long mtime) implements LastChange {}
    }

    /**
     * @param perSecond highest number of changes per second
     * @param maxChangedObjects highest number of objects that are changed
     */
    RegionUsers(
            List<RegionSurvey.ShardAddress> shards, List<StoredRecord> objects, int perSecond, int maxChangedObjects) {
        this.shards = shards;
        this.objects = objects;
        this.maxChangedObjects = maxChangedObjects;
        this.intervalNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
    }

    void stop() {
        stopped = true;
    }

    @Override
    public void run() {
        try {
            long next = System.nanoTime();
            while (!stopped) {
                int index = random.nextInt(objects.size());
                StoredRecord target = objects.get(index);
                if (mayChange(target)) {
                    change(caller(target), target, kindOfChange(index));
                }
                next += intervalNanos;
                LockSupport.parkNanos(next - System.nanoTime());
            }
            for (FastCaller caller : callers.values()) {
                caller.close();
            }
        } catch (IOException e) {
            failure = Optional.of(e);
        }
    }

    private FastCaller caller(StoredRecord target) throws IOException {
        FastCaller caller = callers.get(target.shard());
        if (caller == null) {
            RegionSurvey.ShardAddress shard = shards.get(target.shard() - 1);
            caller = new FastCaller(shard.host(), shard.port(), FastVersion.V2);
            callers.put(target.shard(), caller);
        }
        return caller;
    }

    private boolean mayChange(StoredRecord target) {
        LastChange last = lastChanges.get(target.label());
        return last == null ? lastChanges.size() < maxChangedObjects : !(last instanceof LastChange.Deleted);
    }

    /**
     * Most objects get one kind of change only, because all would be deleted otherwise; every fourth gets all kinds.
     */
    private int kindOfChange(int object) {
        return object % 4 == 3 ? random.nextInt(3) : object % 4;
    }

    private void change(FastCaller caller, StoredRecord target, int kind) throws IOException {
        TextNode key = TextNode.valueOf(target.key());
        ObjectNode options = JsonNodeFactory.instance.objectNode();
        switch (kind) {
            case 0 -> {
                caller.call("delObject", OBJECTS, key, options);
                lastChanges.put(target.label(), new LastChange.Deleted());
            }
            case 1 -> {
                ObjectNode value = target.value().deepCopy();
                String objectId = UUID.randomUUID().toString();
                value.put("objectId", objectId).put("etag", objectId).put("contentLength", 0);
                value.putArray("sharks");
                caller.call("putObject", OBJECTS, key, value, options);
                lastChanges.put(target.label(), new LastChange.Overwritten(objectId));
            }
            default -> touch(caller, target, key);
        }
    }

    /** Changes metadata only, with a compare-and-set on the etag, as a careful client does. */
    private void touch(FastCaller caller, StoredRecord target, TextNode key) throws IOException {
        if (lastChanges.get(target.label()) instanceof LastChange.Overwritten) {
            return;
        }
        long mtime = random.nextInt(Integer.MAX_VALUE);
        while (true) {
            JsonNode read = caller.call("getObject", OBJECTS, key, JsonNodeFactory.instance.objectNode())
                    .get(0);
            ObjectNode value = read.path("value").deepCopy();
            ObjectNode condition = JsonNodeFactory.instance
                    .objectNode()
                    .put("etag", read.path("_etag").asText());
            try {
                caller.call("putObject", OBJECTS, key, value.put("mtime", mtime), condition);
                lastChanges.put(target.label(), new LastChange.Touched(mtime));
                return;
            } catch (FastCaller.CallRefused e) {
                if (!e.name().equals("EtagConflictError")) {
                    throw e;
                }
            }
        }
    }

    /** Number of changed objects. */
    int changedObjects() {
        return lastChanges.size();
    }

    /** Promise P3: deleted objects stay deleted, no write of a user is lost, and no copy is missing. */
    void assertLastChangesArePreserved(Map<String, StoredRecord> after) {
        assertThat(failure).isEmpty();
        assertThat(lastChanges.values().stream().map(Object::getClass).distinct())
                .as("kinds of changes")
                .hasSize(3);
        lastChanges.forEach((label, change) -> {
            Optional<JsonNode> value = Optional.ofNullable(after.get(label)).map(StoredRecord::value);
            if (change instanceof LastChange.Deleted) {
                assertThat(value).as("%s was deleted", label).isEmpty();
            } else if (change instanceof LastChange.Overwritten overwritten) {
                assertThat(value.orElseThrow().path("objectId").asText()).isEqualTo(overwritten.objectId());
                assertThat(value.orElseThrow().path("sharks")).isEmpty();
            } else if (change instanceof LastChange.Touched touched) {
                assertThat(value.orElseThrow().path("mtime").asLong()).isEqualTo(touched.mtime());
                assertThat(value.orElseThrow().path("sharks")).hasSize(2);
            }
        });
    }
}
