package io.rebalancer.playground.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rebalancer.core.evacuate.RowWatermark;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.inventory.Claim;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.ClaimSource;
import io.rebalancer.core.port.ClaimSource.NodeClaim;
import io.rebalancer.manager.metadata.MorayClaims;
import io.rebalancer.playground.moray.EtagCondition;
import io.rebalancer.playground.moray.ExactJson;
import io.rebalancer.playground.moray.MorayPut;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Reads the claims of a Moray shard behind a real socket, with three rows per call. */
@Tag("slow")
class MorayClaimsTest {
    private static final ActorTestKit KIT = MorayShard.kit("claims");
    private static final StorageNodeId ONE = new StorageNodeId("1.stor.d");
    private static final StorageNodeId TWO = new StorageNodeId("2.stor.d");
    private static final UUID OWNER = UUID.fromString("65e1fbdb-6f0e-4d0b-8f6b-0e7b0b1d5f10");

    private MorayShard shard;

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @BeforeEach
    void start() throws Exception {
        shard = MorayShard.start(KIT.system());
    }

    @AfterEach
    void end() throws Exception {
        shard.close();
    }

    private void put(String key, String json, MorayPut.RowId ids) throws Exception {
        ObjectNode value = (ObjectNode) ExactJson.MAPPER.readTree(json);
        shard.table().putAll(List.of(new MorayPut("manta", key, value.put("key", key), EtagCondition.any(), ids)));
    }

    private static String object(UUID id, String... sharks) {
        return """
                {"type":"object","owner":"%s","contentLength":5,"objectId":"%s","contentMD5":"XUFAKrxLKna5cZ2REBfFkg==",
                 "sharks":[%s]}""".formatted(OWNER, id, sharks(sharks));
    }

    /** Each is {@code datacenter/storageId}. */
    private static String sharks(String... sharks) {
        List<String> all = new ArrayList<>();
        for (String each : sharks) {
            String[] parts = each.split("/", 2);
            all.add("{\"datacenter\":\"%s\",\"manta_storage_id\":\"%s\"}".formatted(parts[0], parts[1]));
        }
        return String.join(",", all);
    }

    private static String upload(UUID id, String... sharks) {
        return """
                {"type":"directory","owner":"%s","upload":{"state":"created","objectId":"%s","sharks":[%s]}}""".formatted(OWNER, id, sharks(sharks));
    }

    private record Everything(List<NodeClaim> claims, long rows, long unreadable) {}

    private Everything read(Set<StorageNodeId> nodes) throws Exception {
        ClaimSource.ShardClaims reader = new MorayClaims(shard.shards(), () -> 3).open(1, nodes);
        RowWatermark watermark = reader.watermark().toCompletableFuture().get();
        List<NodeClaim> claims = new ArrayList<>();
        long rows = 0;
        long unreadable = 0;
        for (ScanColumn column : List.of(ScanColumn.ID, ScanColumn.IDX)) {
            long last = column == ScanColumn.ID ? watermark.highestId() : watermark.highestIdx();
            long next = 1;
            while (next <= last) {
                ClaimSource.Chunk chunk =
                        reader.read(column, next, last).toCompletableFuture().get();
                claims.addAll(chunk.claims());
                rows += chunk.rows();
                unreadable += chunk.unreadable();
                next = chunk.nextId();
            }
        }
        return new Everything(claims, rows, unreadable);
    }

    private static Claim claim(UUID id, int copies, int traits) {
        // The halves of the MD5 5d41402abc4b2a76b9719d911017c592.
        return new Claim(
                new CopyKey(OWNER, id), 5, 0x5d41402abc4b2a76L, 0xb9719d911017c592L, copies, traits, 1, List.of(1));
    }

    @Test
    void everyRecordClaimsEachOfItsCopiesOnce() throws Exception {
        UUID both = UUID.randomUUID();
        UUID together = UUID.randomUUID();
        UUID twice = UUID.randomUUID();
        put("/o/stor/both", object(both, "dc1/1.stor.d", "dc2/2.stor.d"), MorayPut.RowId.CLASSIC);
        put("/o/stor/together", object(together, "dc2/3.stor.d", "dc2/2.stor.d"), MorayPut.RowId.EXTENDED);
        put("/o/stor/twice", object(twice, "dc1/1.stor.d", "dc1/1.stor.d"), MorayPut.RowId.CLASSIC);
        put("/o/stor/1.stor.d", object(UUID.randomUUID(), "dc1/4.stor.d"), MorayPut.RowId.CLASSIC);
        put("/o/stor/directory", "{\"type\":\"directory\"}", MorayPut.RowId.EXTENDED);
        Everything read = read(Set.of(ONE, TWO));
        assertThat(read.claims())
                .containsExactlyInAnyOrder(
                        new NodeClaim(ONE, claim(both, 2, Claim.REPORTS_RECORD)),
                        new NodeClaim(TWO, claim(both, 2, 0)),
                        new NodeClaim(TWO, claim(together, 2, Claim.ONE_DATACENTER | Claim.REPORTS_RECORD)),
                        new NodeClaim(ONE, claim(twice, 1, Claim.NAMED_TWICE | Claim.REPORTS_RECORD)));
        assertThat(read.rows()).isEqualTo(5);
        assertThat(read.unreadable()).isZero();
    }

    /** It protects a file whose record does not exist yet. */
    @Test
    void anUploadInProgressReservesItsCopies() throws Exception {
        UUID id = UUID.randomUUID();
        put("/o/uploads/0/a", upload(id, "dc2/2.stor.d", "dc1/1.stor.d"), MorayPut.RowId.CLASSIC);
        Everything read = read(Set.of(ONE));
        assertThat(read.claims()).hasSize(1);
        Claim claim = read.claims().get(0).claim();
        assertThat(claim.key()).isEqualTo(new CopyKey(OWNER, id));
        assertThat(claim.expectsFile()).isFalse();
    }

    /** It may claim any copy, so nothing may be concluded from a missing claim. */
    @Test
    void aRowThatCannotBeReadIsCounted() throws Exception {
        UUID id = UUID.randomUUID();
        put("/o/stor/a", object(id, "dc1/1.stor.d").replace("contentMD5", "md5"), MorayPut.RowId.CLASSIC);
        put("/o/stor/b", object(id, "dc1/1.stor.d").replace("\"owner\":\"65", "\"owner\":\"x"), MorayPut.RowId.CLASSIC);
        put("/o/uploads/0/a", upload(id, "dc1/1.stor.d").replace("objectId", "id"), MorayPut.RowId.CLASSIC);
        assertThat(read(Set.of(ONE)).unreadable()).isEqualTo(3);
    }

    /** Then the shard sends the values of all rows, because a long condition costs more than it saves. */
    @Test
    void claimsOfManyNodesAreReadToo() throws Exception {
        Set<StorageNodeId> nodes = new HashSet<>();
        for (int i = 1; i <= 30; i++) {
            nodes.add(new StorageNodeId(i + ".stor.d"));
            put("/o/stor/" + i, object(UUID.randomUUID(), "dc1/" + i + ".stor.d"), MorayPut.RowId.CLASSIC);
        }
        put("/o/stor/other", object(UUID.randomUUID(), "dc1/99.stor.d"), MorayPut.RowId.CLASSIC);
        assertThat(read(nodes).claims())
                .extracting(each -> each.node().text())
                .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, 30)
                        .mapToObj(i -> i + ".stor.d")
                        .toList());
    }

    @Test
    void anEmptyShardHasNoClaims() throws Exception {
        assertThat(read(Set.of(ONE))).isEqualTo(new Everything(List.of(), 0, 0));
    }
}
