package io.rebalancer.playground.moray;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MoraySqlTest {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private MorayTable shard;

    @BeforeEach
    void fill() throws Exception {
        shard = MorayTable.inMemory(UUID.randomUUID().toString());
        shard.put("manta", "/o/stor/a", object("a"), EtagCondition.any());
        shard.put("manta", "/o/stor/b", object("b"), EtagCondition.any());
        shard.put("manta", "/o/stor", JSON.objectNode().put("type", "directory"), EtagCondition.any());
        shard.putAll(
                List.of(new MorayPut("manta", "/o/stor/x", object("x"), EtagCondition.any(), MorayPut.RowId.EXTENDED)));
    }

    @AfterEach
    void close() throws Exception {
        shard.close();
    }

    @Test
    void theMaximumIdIsATextInColumnMax() throws Exception {
        assertThat(shard.sql("SELECT MAX(_id) from manta;", List.of()))
                .containsExactly(JSON.objectNode().put("max", "3"));
        assertThat(shard.sql("SELECT MAX(_idx) from manta;", List.of()))
                .containsExactly(JSON.objectNode().put("max", "2147483648"));
        assertThat(shard.sql("SELECT MAX(_id) from manta_storage", List.of()))
                .containsExactly(JSON.objectNode().putNull("max"));
    }

    @Test
    void unnamedColumnsAreNamedAfterTheirFunctions() throws Exception {
        assertThat(shard.sql("select min(_id), Max(COALESCE(_id, 0)), count(*) AS n, ',(' AS t from manta", List.of()))
                .containsExactly(JSON.objectNode()
                        .put("min", "1")
                        .put("max", "3")
                        .put("n", "4")
                        .put("t", ",("));
    }

    @Test
    void aChunkHoldsTheRowsOfOneIdColumnOnly() throws Exception {
        List<ObjectNode> ids = shard.sql(
                "SELECT * FROM manta WHERE _id >= 1 AND _id <= 1000 AND type = 'object' LIMIT 1000", List.of());
        assertThat(ids).extracting(row -> row.path("_key").asText()).containsExactly("/o/stor/a", "/o/stor/b");
        List<ObjectNode> idxs = shard.sql(
                "SELECT * FROM manta WHERE _idx >= 2147483648 AND _idx <= 2147484647 AND type = 'object' LIMIT 1000",
                List.of());
        assertThat(idxs).extracting(row -> row.path("_key").asText()).containsExactly("/o/stor/x");
        assertThat(idxs.get(0).get("_id").isNull()).isTrue();
        assertThat(idxs.get(0).get("_idx").textValue()).isEqualTo("2147483648");
    }

    @Test
    void aRowHasTheSpecifiedColumnsAndWireTypes() throws Exception {
        ObjectNode row = shard.sql("SELECT * FROM manta WHERE _id = $1", List.of(JSON.numberNode(1)))
                .get(0);
        assertThat(row.fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder(
                        "_id",
                        "_idx",
                        "_txn_snap",
                        "_key",
                        "_value",
                        "_etag",
                        "_mtime",
                        "_vnode",
                        "_rver",
                        "dirname",
                        "name",
                        "owner",
                        "objectid",
                        "type");
        assertThat(row.get("_value").textValue()).isEqualTo("{\"type\":\"object\",\"objectId\":\"a\",\"vnode\":7}");
        assertThat(row.get("_id").textValue()).isEqualTo("1");
        assertThat(row.get("_vnode").textValue()).isEqualTo("7");
        assertThat(row.get("_mtime").isTextual()).isTrue();
        assertThat(row.get("_idx").isNull()).isTrue();
    }

    @Test
    void integersAndBooleansHaveNativeTypes() throws Exception {
        assertThat(shard.sql("SELECT CAST(5 AS INTEGER) AS n, 1 = 1 AS b", List.of()))
                .containsExactly(JSON.objectNode().put("n", 5).put("b", true));
    }

    @Test
    void countsAndPlaceholdersAreSupported() throws Exception {
        assertThat(shard.sql("SELECT count(*) FROM manta WHERE objectid IN ('a','x','?')", List.of()))
                .containsExactly(JSON.objectNode().put("count", "2"));
        assertThat(shard.sql(
                        "SELECT _key FROM manta WHERE type = $2 AND objectid = $1",
                        List.of(JSON.textNode("b"), JSON.textNode("object"))))
                .containsExactly(JSON.objectNode().put("_key", "/o/stor/b"));
        assertThat(shard.sql(
                        "SELECT _key FROM manta WHERE objectid = ANY($1)",
                        List.of(JSON.arrayNode().add("b").add("nope"))))
                .containsExactly(JSON.objectNode().put("_key", "/o/stor/b"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DELETE FROM manta",
                "UPDATE manta SET type = 'x'",
                "INSERT INTO manta(_key, _value, _etag) VALUES ('k', '{}', 'A3A6BF43')",
                "DROP TABLE manta",
                "TRUNCATE TABLE manta",
                "CREATE TABLE t(a INT)",
                "SHUTDOWN",
                "SELECT 1; DELETE FROM manta",
                "SELECT * FROM OLD TABLE (DELETE FROM manta)"
            })
    void writesAreRejectedAndChangeNothing(String statement) throws Exception {
        assertThatThrownBy(() -> shard.sql(statement, List.of()))
                .isInstanceOf(QueryRefused.class)
                .hasMessageContaining("only read-only queries")
                .hasMessageContaining(statement);
        assertThat(shard.sql("SELECT _key FROM manta", List.of())).hasSize(4);
    }

    @Test
    void aBrokenStatementIsAnOrdinarySqlError() {
        assertThatThrownBy(() -> shard.sql("SELECT nope FROM manta", List.of()))
                .isInstanceOf(SQLException.class)
                .isNotInstanceOf(QueryRefused.class);
    }

    @Test
    void anUpdateKeepsTheIdsOfAnExtendedRow() throws Exception {
        shard.put("manta", "/o/stor/x", object("y"), EtagCondition.any());
        MorayObject row = shard.get("manta", "/o/stor/x").orElseThrow();
        assertThat(row.id()).isNull();
        assertThat(row.idx()).isEqualTo(1L << 31);
        assertThat(row.toJson(null).path("_id").asLong()).isEqualTo(1L << 31);
    }

    private static ObjectNode object(String id) {
        return JSON.objectNode().put("type", "object").put("objectId", id).put("vnode", 7);
    }
}
