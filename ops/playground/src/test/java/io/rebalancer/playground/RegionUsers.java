package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.rebalancer.manager.fast.FastVersion;
import io.rebalancer.playground.region.FastCaller;
import io.rebalancer.playground.region.RegionSurvey;
import io.rebalancer.playground.region.RegionSurvey.Found;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Users who overwrite, delete and touch objects, one after the other at a steady rate, until they are stopped. */
final class RegionUsers implements Runnable {
    private static final TextNode OBJECTS = TextNode.valueOf("manta");

    private final List<RegionSurvey.ShardAddress> shards;
    private final List<Found> objects;
    private final long pauseNanos;
    private final Random random = new Random(20_000);
    private final Map<Integer, FastCaller> callers = new HashMap<>();
    private final Map<String, LastWord> lastWords = new HashMap<>();
    private Optional<IOException> fault = Optional.empty();
    private volatile boolean stopped;

    /** What a user did to an object last. */
    private sealed interface LastWord {
        record Deleted() implements LastWord {}

        record Overwritten(String objectId) implements LastWord {}

        record Touched(long mtime) implements LastWord {}
    }

    /** @param perSecond changes made, at most */
    RegionUsers(List<RegionSurvey.ShardAddress> shards, List<Found> objects, int perSecond) {
        this.shards = shards;
        this.objects = objects;
        this.pauseNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
    }

    void stop() {
        stopped = true;
    }

    @Override
    public void run() {
        try {
            long next = System.nanoTime();
            while (!stopped) {
                int chosen = random.nextInt(objects.size());
                Found found = objects.get(chosen);
                if (!(lastWords.get(found.name()) instanceof LastWord.Deleted)) {
                    change(caller(found), found, fate(chosen));
                }
                next += pauseNanos;
                LockSupport.parkNanos(next - System.nanoTime());
            }
            for (FastCaller caller : callers.values()) {
                caller.close();
            }
        } catch (IOException e) {
            fault = Optional.of(e);
        }
    }

    private FastCaller caller(Found found) throws IOException {
        FastCaller caller = callers.get(found.shard());
        if (caller == null) {
            RegionSurvey.ShardAddress shard = shards.get(found.shard() - 1);
            caller = new FastCaller(shard.host(), shard.port(), FastVersion.V2);
            callers.put(found.shard(), caller);
        }
        return caller;
    }

    /** Most objects have one kind of user, or all would be deleted in the end; every fourth has all kinds. */
    private int fate(int object) {
        return object % 4 == 3 ? random.nextInt(3) : object % 4;
    }

    private void change(FastCaller caller, Found found, int fate) throws IOException {
        TextNode key = TextNode.valueOf(found.key());
        ObjectNode options = JsonNodeFactory.instance.objectNode();
        switch (fate) {
            case 0 -> {
                caller.call("delObject", OBJECTS, key, options);
                lastWords.put(found.name(), new LastWord.Deleted());
            }
            case 1 -> {
                ObjectNode value = found.value().deepCopy();
                String objectId = UUID.randomUUID().toString();
                value.put("objectId", objectId).put("etag", objectId).put("contentLength", 0);
                value.putArray("sharks");
                caller.call("putObject", OBJECTS, key, value, options);
                lastWords.put(found.name(), new LastWord.Overwritten(objectId));
            }
            default -> touch(caller, found, key);
        }
    }

    /** A change of metadata only, as a careful writer makes it: on condition of the etag it has read. */
    private void touch(FastCaller caller, Found found, TextNode key) throws IOException {
        if (lastWords.get(found.name()) instanceof LastWord.Overwritten) {
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
                lastWords.put(found.name(), new LastWord.Touched(mtime));
                return;
            } catch (FastCaller.Refused e) {
                if (!e.name().equals("EtagConflictError")) {
                    throw e;
                }
            }
        }
    }

    /** How many objects were changed at all. */
    int changed() {
        return lastWords.size();
    }

    /** Promise P3: no deleted object is back, no write of a user is lost, no other copy is missing. */
    void assertLastWordsStand(Map<String, Found> after) {
        assertThat(fault).isEmpty();
        assertThat(lastWords.values().stream().map(Object::getClass).distinct()).hasSize(3);
        lastWords.forEach((name, word) -> {
            Optional<JsonNode> value = Optional.ofNullable(after.get(name)).map(Found::value);
            if (word instanceof LastWord.Deleted) {
                assertThat(value).as("%s was deleted", name).isEmpty();
            } else if (word instanceof LastWord.Overwritten overwritten) {
                assertThat(value.orElseThrow().path("objectId").asText()).isEqualTo(overwritten.objectId());
                assertThat(value.orElseThrow().path("sharks")).isEmpty();
            } else if (word instanceof LastWord.Touched touched) {
                assertThat(value.orElseThrow().path("mtime").asLong()).isEqualTo(touched.mtime());
                assertThat(value.orElseThrow().path("sharks")).hasSize(2);
            }
        });
    }
}
