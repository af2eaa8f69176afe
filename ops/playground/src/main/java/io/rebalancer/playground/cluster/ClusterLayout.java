package io.rebalancer.playground.cluster;

import io.rebalancer.playground.PlaygroundFault;
import io.rebalancer.playground.region.RegionPlan;
import io.rebalancer.playground.region.RegionSurvey.ShardAddress;
import io.rebalancer.playground.region.SimulatedNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The managers and the agents of a region, ready to be started.
 *
 * @param managers at least one
 * @param agents by storage id, in the order of the nodes
 */
public record ClusterLayout(List<NodeSpec> managers, Map<String, NodeSpec> agents) {

    /** Addresses of what the nodes have to know of the region. */
    public record Surroundings(
            String host, List<ShardAddress> shards, String storinfo, Map<SimulatedNode, String> fileServers) {}

    /**
     * How the rebalancer of a region is laid out.
     *
     * @param managerPort HTTP port of the first manager, or empty for a free one
     * @param processes whether the nodes will be processes of their own
     * @param httpAgents how many agents stay outside the cluster; the last ones
     * @param managers how many share {@code journal}
     * @param journal where managers keep their jobs, or empty for a directory; there is one manager then
     * @param network between the members, or empty for the machine's own
     * @param quick whether failures are noticed sooner than by default, and assignments are small
     * @param settings more settings of every node, paths to values
     */
    public record Layout(
            Optional<Integer> managerPort,
            boolean processes,
            int httpAgents,
            int managers,
            Optional<SharedJournal> journal,
            Optional<MemberNetwork> network,
            boolean quick,
            Map<String, Object> settings) {

        public Layout {
            settings = Map.copyOf(settings);
        }

        /** One manager with a journal of its own, that notices failures quickly. */
        public static Layout single(boolean processes, int httpAgents) {
            return new Layout(
                    Optional.empty(), processes, httpAgents, 1, Optional.empty(), Optional.empty(), true, Map.of());
        }
    }

    /** A PostgreSQL database that lets {@code user} in without a password. */
    public record SharedJournal(String url, String user) {}

    /** Chooses ports and writes the settings of all nodes. */
    public static ClusterLayout configure(Path directory, Surroundings region, Layout layout)
            throws IOException, PlaygroundFault {
        List<SimulatedNode> nodes = List.copyOf(region.fileServers().keySet());
        int managers = layout.managers();
        int all = nodes.size() + managers;
        List<Integer> ports = FreePorts.find(3 * all);
        List<Integer> remoting = ports.subList(0, all);
        List<Integer> http = new ArrayList<>(ports.subList(all, 2 * all));
        List<Integer> metrics = ports.subList(2 * all, ports.size());
        layout.managerPort().ifPresent(port -> http.set(0, port));
        int members = all - layout.httpAgents();
        List<String> seeds = remoting.subList(0, members).stream()
                .map(port -> region.host() + ":" + port)
                .toList();
        NodeSettings settings =
                new NodeSettings(directory, region.host(), seeds, layout.network(), layout.processes(), layout.quick());
        NodeSettings alone = new NodeSettings(
                directory, region.host(), List.of(), Optional.empty(), layout.processes(), layout.quick());
        List<String> agentUrls = http.subList(managers, all).stream()
                .map(port -> url(region, port).toString())
                .toList();
        List<NodeSpec> managerSpecs = new ArrayList<>();
        for (int i = 0; i < managers; i++) {
            String name = managers == 1 ? "manager" : "manager-" + (i + 1);
            Map<String, Object> own = managerSettings(directory, region, http.get(i), agentUrls, layout);
            Path file = settings.write(name, remoting.get(i), metrics.get(i), own);
            managerSpecs.add(new NodeSpec(name, "manager", file, url(region, http.get(i))));
        }
        Map<String, NodeSpec> agents = new LinkedHashMap<>();
        for (int i = 0; i < nodes.size(); i++) {
            String name = "agent-" + nodes.get(i).number();
            int at = managers + i;
            Path file = (at < members ? settings : alone)
                    .write(
                            name,
                            remoting.get(at),
                            metrics.get(at),
                            agentSettings(directory, region, nodes.get(i), name, http.get(at), layout));
            agents.put(nodes.get(i).storageId(), new NodeSpec(name, "agent", file, url(region, http.get(at))));
        }
        return new ClusterLayout(managerSpecs, agents);
    }

    private static URI url(Surroundings region, int port) {
        return URI.create("http://" + region.host() + ":" + port);
    }

    private static Map<String, Object> managerSettings(
            Path directory, Surroundings region, int port, List<String> agentUrls, Layout layout) {
        Map<String, Object> own = new LinkedHashMap<>(layout.settings());
        own.put("rebalancer.manager.http.host", region.host());
        own.put("rebalancer.manager.http.port", port);
        List<SimulatedNode> nodes = List.copyOf(region.fileServers().keySet());
        own.put(
                "rebalancer.manager.http-agents",
                IntStream.range(nodes.size() - layout.httpAgents(), nodes.size())
                        .mapToObj(i -> Map.of("storage-id", nodes.get(i).storageId(), "url", agentUrls.get(i)))
                        .toList());
        own.put("rebalancer.manager.domain", RegionPlan.DOMAIN);
        own.put("rebalancer.manager.storinfo", region.storinfo());
        layout.journal()
                .ifPresentOrElse(
                        shared -> {
                            own.put("rebalancer.manager.journal.kind", "postgresql");
                            own.put("rebalancer.manager.journal.postgresql.url", shared.url());
                            own.put("rebalancer.manager.journal.postgresql.user", shared.user());
                            own.put("rebalancer.manager.journal.postgresql.migrate-on-start", true);
                        },
                        () -> own.put(
                                "rebalancer.manager.data-dir",
                                directory.resolve("manager").toString()));
        own.put(
                "rebalancer.manager.moray-shards",
                region.shards().stream()
                        .map(shard -> Map.of("number", shard.number(), "host", shard.host(), "port", shard.port()))
                        .toList());
        return own;
    }

    private static Map<String, Object> agentSettings(
            Path directory, Surroundings region, SimulatedNode node, String name, int port, Layout layout) {
        Map<String, Object> own = new LinkedHashMap<>(layout.settings());
        own.put("rebalancer.agent.storage-id", node.storageId());
        own.put("rebalancer.agent.datacenter", node.datacenter());
        own.put("rebalancer.agent.root", node.root().toString());
        own.put("rebalancer.agent.http.host", region.host());
        own.put("rebalancer.agent.http.port", port);
        // All simulated nodes share this machine's disk, which may be nearly full and belongs to somebody else.
        own.put("rebalancer.agent.limits.free-space-floor", "16 MiB");
        own.put("rebalancer.agent.limits.fill-ceiling-percent", 100);
        own.put("rebalancer.agent.data-dir", directory.resolve(name).toString());
        own.put(
                "rebalancer.agent.sources",
                region.fileServers().entrySet().stream()
                        .map(each -> Map.of("storage-id", each.getKey().storageId(), "url", each.getValue()))
                        .toList());
        return own;
    }

    /** The agent of a storage node. */
    public NodeSpec agentOf(String storageId) {
        NodeSpec agent = agents.get(storageId);
        if (agent == null) {
            throw new IllegalArgumentException("no agent of " + storageId);
        }
        return agent;
    }

    /** The first manager. */
    public NodeSpec manager() {
        return managers.get(0);
    }

    /** All nodes, the managers first. */
    public List<NodeSpec> all() {
        List<NodeSpec> all = new ArrayList<>(managers);
        all.addAll(agents.values());
        return all;
    }
}
