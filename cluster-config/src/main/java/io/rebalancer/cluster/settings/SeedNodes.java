package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Whom a member asks to be let in. */
final class SeedNodes {

    private SeedNodes() {}

    /**
     * The members that the settings list, or the addresses of a name; always in the same order, since only the first may
     * form a cluster.
     *
     * @throws IllegalArgumentException if the name is not known, or both are set
     */
    static List<String> from(Config section) {
        List<String> listed = section.getStringList("seed-nodes");
        Optional<HostAndPort> named = HostAndPort.optional(section, "seed-dns");
        if (named.isEmpty()) {
            return listed;
        }
        if (!listed.isEmpty()) {
            throw new IllegalArgumentException("set either seed-nodes or seed-dns");
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
                            + "; give a name with an address for each member to join, or list them as seed-nodes",
                    e);
        }
    }
}
