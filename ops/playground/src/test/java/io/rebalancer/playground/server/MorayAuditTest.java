package io.rebalancer.playground.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.core.evacuate.ShardEvidence;
import io.rebalancer.core.evacuate.VerifiedRows;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.manager.evacuate.planning.ScanPermits;
import io.rebalancer.manager.evacuate.verification.VerificationEvent;
import io.rebalancer.manager.evacuate.verification.VerificationResources;
import io.rebalancer.manager.evacuate.verification.VerificationRun;
import io.rebalancer.manager.fast.FastClient;
import io.rebalancer.manager.fast.FastEndpoints;
import io.rebalancer.manager.fast.FastOptions;
import io.rebalancer.manager.metadata.MorayAudit;
import io.rebalancer.manager.metadata.MorayShards;
import io.rebalancer.playground.moray.EtagCondition;
import io.rebalancer.playground.moray.ExactJson;
import io.rebalancer.playground.moray.MorayPut;
import io.rebalancer.playground.moray.MorayTable;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Verifies node 1 over a Moray shard behind a real socket, with three rows per call. */
@Tag("slow")
class MorayAuditTest {
    private static final ActorTestKit KIT = ActorTestKit.create(
            "audit",
            ConfigFactory.parseString("pekko.actor.provider = local")
                    .withFallback(ConfigFactory.defaultReference())
                    .resolve());
    private static final StorageNodeId LEAVING = new StorageNodeId("1.stor.d");
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private MorayTable table;
    private MorayServer server;
    private FastClient client;

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @BeforeEach
    void start() throws Exception {
        table = MorayTable.inMemory(UUID.randomUUID().toString());
        server = MorayServer.start(KIT.system(), table, "127.0.0.1", 0)
                .toCompletableFuture()
                .get();
        client = new FastClient(
                KIT.system(), FastEndpoints.fixed("127.0.0.1", server.port()), FastOptions.of(Duration.ofSeconds(10)));
    }

    @AfterEach
    void end() throws Exception {
        client.close();
        server.stop();
        table.close();
    }

    private void put(String key, String json, MorayPut.RowId ids) throws Exception {
        ObjectNode value = (ObjectNode) ExactJson.MAPPER.readTree(json);
        table.putAll(List.of(new MorayPut("manta", key, value.put("key", key), EtagCondition.any(), ids)));
    }

    private static String object(String storageNode) {
        return """
                {"type":"object","owner":"65e1fbdb-6f0e-4d0b-8f6b-0e7b0b1d5f10","contentLength":5,
                 "objectId":"%s","contentMD5":"XUFAKrxLKna5cZ2REBfFkg==",
                 "sharks":[{"datacenter":"dc1","manta_storage_id":"%s"}]}""".formatted(UUID.randomUUID(), storageNode);
    }

    private static String upload(String storageNode) {
        return """
                {"type":"directory","owner":"65e1fbdb-6f0e-4d0b-8f6b-0e7b0b1d5f10","upload":{"state":"created",
                 "sharks":[{"datacenter":"dc2","manta_storage_id":"2.stor.d"},
                           {"datacenter":"dc1","manta_storage_id":"%s"}]}}""".formatted(storageNode);
    }

    private ShardEvidence verify(List<String> excluded) {
        MorayAudit audit = new MorayAudit(new MorayShards(Map.of(1, client)), () -> 3, () -> excluded);
        TestProbe<VerificationEvent> listener = KIT.createTestProbe();
        KIT.spawn(VerificationRun.create(
                new VerificationResources(audit, new ScanPermits(() -> 1), Clock.systemUTC()),
                LEAVING,
                listener.getRef()));
        VerificationEvent event = listener.receiveMessage(TIMEOUT);
        while (event instanceof VerificationEvent.Progress) {
            event = listener.receiveMessage(TIMEOUT);
        }
        assertThat(event).isInstanceOf(VerificationEvent.Finished.class);
        return ((VerificationEvent.Finished) event).evidence().get(0);
    }

    @Test
    void allRowsOfBothIdColumnsAreReadAndJudged() throws Exception {
        for (int i = 0; i < 20; i++) {
            put("/o/stor/" + i, object("2.stor.d"), i % 2 == 0 ? MorayPut.RowId.CLASSIC : MorayPut.RowId.EXTENDED);
            table.delete("manta", "/o/stor/" + (i - i % 3), EtagCondition.any());
        }
        long left = table.sql("SELECT _key FROM manta", List.of()).size();
        put("/o/stor/here", object("1.stor.d"), MorayPut.RowId.CLASSIC);
        put("/o/stor/here too", object("1.stor.d"), MorayPut.RowId.EXTENDED);
        put("/o/stor/logs/x", object("1.stor.d"), MorayPut.RowId.EXTENDED);
        put("/o/stor/1.stor.d", object("3.stor.d"), MorayPut.RowId.CLASSIC);
        put("/o/stor/bad", object("1.stor.d").replace("contentMD5", "md5"), MorayPut.RowId.CLASSIC);
        put("/o/uploads/0/a", upload("1.stor.d"), MorayPut.RowId.CLASSIC);
        put("/o/uploads/0/b", upload("3.stor.d"), MorayPut.RowId.CLASSIC);
        put("/o/stor/1.stor.d-directory", "{\"type\":\"directory\"}", MorayPut.RowId.EXTENDED);
        ShardEvidence evidence = verify(List.of("/stor/logs/"));
        assertThat(evidence.rows()).isEqualTo(new VerifiedRows(left + 8, 2, 1, 1, 1));
        assertThat(evidence.complete()).isTrue();
        assertThat(evidence.source()).isEqualTo("moray");
        assertThat(evidence.sample())
                .extracting(RecordRef::key)
                .containsExactlyInAnyOrder(
                        "/o/stor/here", "/o/stor/here too", "/o/stor/logs/x", "/o/stor/bad", "/o/uploads/0/a");
    }

    @Test
    void anEmptyShardIsVerified() {
        ShardEvidence evidence = verify(List.of());
        assertThat(evidence.rows()).isEqualTo(VerifiedRows.NONE);
        assertThat(evidence.complete()).isTrue();
    }
}
