package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Determines the seed nodes of a member. */
final class SeedNodes {

    private SeedNodes() {}

    /**
     * The seed nodes: either as listed, or the addresses of a DNS name. The order is the same on every member, because
     * only the first seed node may form a cluster.
     *
     * @throws IllegalArgumentException if the name can't be resolved, or both settings are present
     */
    static List<String> from(Config section) {
        List<String> listed = section.getStringList("seed-nodes");
        Optional<HostAndPort> named = HostAndPort.optional(section, "seed-dns");
        if (named.isEmpty()) {
            return listed;
        }
        if (!listed.isEmpty()) {
            throw new IllegalArgumentException("set either seed-nodes or seed-dns, not both");
        }
        HostAndPort given = named.get();
        try {
            return Arrays.stream(InetAddress.getAllByName(given.host()))
                    .map(InetAddress::getHostAddress)
                    .distinct()
                    .sorted()
                    .map(address -> (address.contains(":") ? "[" + address + "]" : address) + ":" + given.port())
                    .toList();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(
                    "seed-dns: no name server knows " + given.host()
                            + "; set a name with one address for each seed node, or list the nodes in seed-nodes",
                    e);
        }
    }
}
