package io.rebalancer.playground.moray;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MorayTableTest {
    private static final String KEY = "/o/stor/a";
    private static final int THREADS = 8;

    private MorayTable shard;

    @BeforeEach
    void open() throws Exception {
        shard = MorayTable.inMemory(UUID.randomUUID().toString());
    }

    @AfterEach
    void close() throws Exception {
        shard.close();
    }

    @Test
    void putReturnsTheEtagOfTheStoredText() throws Exception {
        assertThat(shard.put("manta", KEY, json().put("n", 1), EtagCondition.any()))
                .isEqualTo("D44B3B7E");
        assertThat(shard.put("manta", "e", json(), EtagCondition.any())).isEqualTo("A3A6BF43");
        assertThat(shard.put("manta", "k", json().put("k", "é"), EtagCondition.any()))
                .isEqualTo("22E6F7B3");
        MorayObject row = shard.get("manta", KEY).orElseThrow();
        assertThat(row.value()).isEqualTo(json().put("n", 1));
        assertThat(row.toJson(1L).path("_etag").asText()).isEqualTo("D44B3B7E");
        assertThat(shard.get("manta", "absent")).isEmpty();
    }

    @Test
    void updateKeepsTheRowIdAndRefreshesTheIndexColumns() throws Exception {
        shard.put("manta", KEY, object("one"), EtagCondition.any());
        Long id = shard.get("manta", KEY).orElseThrow().id();
        shard.put("manta", KEY, object("two"), EtagCondition.any());
        assertThat(shard.get("manta", KEY).orElseThrow().id()).isEqualTo(id).isNotNull();
        ObjectNode row =
                shard.sql("SELECT objectid, type FROM manta", List.of()).get(0);
        assertThat(row.path("objectid").asText()).isEqualTo("two");
        assertThat(row.path("type").asText()).isEqualTo("object");
        shard.put("manta", KEY, json(), EtagCondition.any());
        assertThat(shard.sql("SELECT objectid FROM manta", List.of())).containsExactly(json().putNull("objectid"));
    }

    @Test
    void anIdenticalValueHasTheSameEtag() throws Exception {
        String etag = shard.put("manta", KEY, object("x"), EtagCondition.absent());
        assertThat(shard.put("manta", KEY, object("x"), EtagCondition.equalTo(etag)))
                .isEqualTo(etag);
    }

    @Test
    void aStaleEtagIsAConflictAndNothingIsWritten() throws Exception {
        String etag = shard.put("manta", KEY, object("x"), EtagCondition.any());
        EtagConflict conflict = catchThrowableOfType(
                EtagConflict.class, () -> shard.put("manta", KEY, json(), EtagCondition.equalTo("00000000")));
        assertThat(conflict)
                .hasMessage("manta::/o/stor/a was expected to have etag \"00000000\", but was \"" + etag + "\"");
        assertThat(List.of(conflict.bucket(), conflict.key(), conflict.expected(), conflict.actual()))
                .containsExactly("manta", KEY, "00000000", etag);
        assertThat(shard.get("manta", KEY).orElseThrow().etag()).isEqualTo(etag);
    }

    @Test
    void aConflictWithAMissingRowReportsNull() {
        assertThatThrownBy(() -> shard.put("manta", KEY, json(), EtagCondition.equalTo("00000000")))
                .hasMessage("manta::/o/stor/a was expected to have etag \"00000000\", but was \"null\"");
    }

    @Test
    void aNullEtagRequiresThatThereIsNoRow() throws Exception {
        String etag = shard.put("manta", KEY, json(), EtagCondition.absent());
        assertThatThrownBy(() -> shard.put("manta", KEY, json(), EtagCondition.absent()))
                .hasMessage("manta::/o/stor/a was expected to have etag \"null\", but was \"" + etag + "\"");
    }

    @Test
    void theOptionEtagSelectsTheCondition() {
        assertThat(EtagCondition.fromOptions(json())).isEqualTo(EtagCondition.any());
        assertThat(EtagCondition.fromOptions(json().putNull("etag"))).isEqualTo(EtagCondition.absent());
        assertThat(EtagCondition.fromOptions(json().put("etag", "AA"))).isEqualTo(EtagCondition.equalTo("AA"));
    }

    @Test
    void deleteChecksTheCondition() throws Exception {
        String etag = shard.put("manta", KEY, json(), EtagCondition.any());
        assertThatThrownBy(() -> shard.delete("manta", KEY, EtagCondition.equalTo("00000000")))
                .isInstanceOf(EtagConflict.class);
        assertThat(shard.delete("manta", KEY, EtagCondition.equalTo(etag))).isTrue();
        assertThat(shard.delete("manta", KEY, EtagCondition.any())).isFalse();
        assertThatThrownBy(() -> shard.delete("manta", KEY, EtagCondition.equalTo(etag)))
                .isInstanceOf(EtagConflict.class);
    }

    @Test
    void aBatchIsAllOrNothing() throws Exception {
        String etag = shard.put("manta", KEY, object("x"), EtagCondition.any());
        assertThatThrownBy(() -> shard.putAll(List.of(
                        new MorayPut("manta", "new", json(), EtagCondition.any()),
                        new MorayPut("manta", KEY, json(), EtagCondition.equalTo("00000000")))))
                .isInstanceOf(EtagConflict.class);
        assertThat(shard.get("manta", "new")).isEmpty();
        assertThat(shard.putAll(List.of(
                        new MorayPut("manta", "new", json(), EtagCondition.any()),
                        new MorayPut("manta", KEY, json().put("n", 1), EtagCondition.equalTo(etag)))))
                .containsExactly("A3A6BF43", "D44B3B7E");
    }

    @Test
    void exactlyOneOfTheConcurrentPutsWithOneEtagSucceeds() throws Exception {
        String etag = shard.put("manta", KEY, object("x"), EtagCondition.any());
        assertThat(race(EtagCondition.equalTo(etag))).isEqualTo(1);
    }

    @Test
    void exactlyOneOfTheConcurrentCreationsSucceeds() throws Exception {
        assertThat(race(EtagCondition.absent())).isEqualTo(1);
    }

    @Test
    void concurrentUnconditionalPutsOfANewKeyAllSucceed() throws Exception {
        assertThat(race(EtagCondition.any())).isEqualTo(THREADS);
        assertThat(shard.sql("SELECT _id FROM manta", List.of())).hasSize(1);
    }

    @Test
    void theErrorNamesAnUnknownBucket() {
        assertThatThrownBy(() -> shard.get("nope", KEY))
                .isInstanceOf(BucketNotFound.class)
                .hasMessageContaining("nope");
    }

    @Test
    void findFiltersSortsAndLimits() throws Exception {
        for (int i = 3; i >= 1; i--) {
            String id = i + ".stor.d";
            ObjectNode value = json().put("manta_storage_id", id).put("availableMB", i * 100);
            shard.put("manta_storage", id, value, EtagCondition.any());
        }
        assertThat(shard.find("manta_storage", Filter.parse("manta_storage_id=2.stor.d"), 1000))
                .extracting(MorayObject::key)
                .containsExactly("2.stor.d");
        assertThat(shard.find("manta_storage", Filter.parse("(availableMB>=100)"), 2))
                .extracting(MorayObject::key)
                .containsExactly("3.stor.d", "2.stor.d");
        assertThat(shard.find("manta", Filter.parse("type=*"), 1000)).isEmpty();
    }

    @Test
    void aShardInAFileSurvivesARestart(@TempDir Path folder) throws Exception {
        String url = "jdbc:h2:file:" + folder.resolve("shard");
        try (MorayTable first = MorayTable.open(url)) {
            first.put("manta", KEY, object("x"), EtagCondition.any());
        }
        try (MorayTable second = MorayTable.open(url)) {
            assertThat(second.get("manta", KEY)).isPresent();
            assertThat(second.sql("SELECT * FROM manta", List.of())).hasSize(1);
        }
    }

    /** Each thread writes a different value; returns how many writes succeeded. */
    private int race(EtagCondition condition) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Callable<Boolean>> puts = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                ObjectNode value = object("writer-" + i);
                puts.add(() -> {
                    try {
                        shard.put("manta", KEY, value, condition);
                        return true;
                    } catch (EtagConflict lost) {
                        return false;
                    }
                });
            }
            int succeeded = 0;
            for (Future<Boolean> put : threads.invokeAll(puts)) {
                succeeded += put.get() ? 1 : 0;
            }
            return succeeded;
        } finally {
            threads.shutdownNow();
        }
    }

    private static ObjectNode object(String id) {
        return json().put("type", "object").put("objectId", id);
    }

    private static ObjectNode json() {
        return JsonNodeFactory.instance.objectNode();
    }
}
