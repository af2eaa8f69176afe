package io.rebalancer.playground.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.manager.fast.FastClient;
import io.rebalancer.manager.fast.FastEndpoints;
import io.rebalancer.manager.fast.FastOptions;
import io.rebalancer.manager.metadata.MorayShards;
import io.rebalancer.playground.moray.EtagCondition;
import io.rebalancer.playground.moray.ExactJson;
import io.rebalancer.playground.moray.MorayPut;
import io.rebalancer.playground.moray.MorayTable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorSystem;

/** A shard in memory that serves a real socket, and the manager's client of it. */
final class MorayShard implements AutoCloseable {
    static final String KEY = "/65e1fbdb-6f0e-4d0b-8f6b-0e7b0b1d5f10/stor/naïve-日本-😀 \"q\" back\\slash";
    static final UUID OBJECT = UUID.fromString("b2f8a9a0-0000-4000-8000-000000000001");
    static final StorageNodeId FIRST = new StorageNodeId("1.stor.d");

    private final MorayTable table;
    private final MorayServer server;
    private final FastClient client;

    private MorayShard(MorayTable table, MorayServer server, FastClient client) {
        this.table = table;
        this.server = server;
        this.client = client;
    }

    static ActorTestKit kit(String name) {
        return ActorTestKit.create(
                name,
                ConfigFactory.parseString("pekko.actor.provider = local")
                        .withFallback(ConfigFactory.defaultReference())
                        .resolve());
    }

    static MorayShard start(ActorSystem<?> system) throws Exception {
        MorayTable table = MorayTable.inMemory(UUID.randomUUID().toString());
        MorayServer server = get(MorayServer.start(system, table, "127.0.0.1", 0));
        return new MorayShard(table, server, client(system, server.port()));
    }

    static FastClient client(ActorSystem<?> system, int port) {
        return new FastClient(system, FastEndpoints.fixed("127.0.0.1", port), FastOptions.of(Duration.ofSeconds(10)));
    }

    static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get();
    }

    MorayTable table() {
        return table;
    }

    int port() {
        return server.port();
    }

    FastClient client() {
        return client;
    }

    /** This shard as shard 1. */
    MorayShards shards() {
        return new MorayShards(Map.of(1, client));
    }

    static ObjectNode value(String key, UUID objectId) throws Exception {
        ObjectNode value = (ObjectNode) ExactJson.MAPPER.readTree("""
                {"dirname":"/65e1fbdb-6f0e-4d0b-8f6b-0e7b0b1d5f10/stor","headers":{},"type":"object",
                 "owner":"65e1fbdb-6f0e-4d0b-8f6b-0e7b0b1d5f10","contentLength":5,"weight":1.50,
                 "contentMD5":"XUFAKrxLKna5cZ2REBfFkg==","sharks":[
                   {"datacenter":"dc1","manta_storage_id":"1.stor.d","extra":true},
                   {"datacenter":"dc2","manta_storage_id":"2.stor.d"}]}""");
        return value.put("key", key).put("objectId", objectId.toString());
    }

    void put(String key, UUID objectId, MorayPut.RowId ids) throws Exception {
        table.putAll(List.of(new MorayPut("manta", key, value(key, objectId), EtagCondition.any(), ids)));
    }

    @Override
    public void close() throws Exception {
        client.close();
        server.stop();
        table.close();
    }
}
