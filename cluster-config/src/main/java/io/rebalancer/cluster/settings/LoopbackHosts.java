package io.rebalancer.cluster.settings;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** Which listening addresses only processes of the same machine can reach. */
public final class LoopbackHosts {

    private LoopbackHosts() {}

    /**
     * Whether a host is a loopback address, or a name with loopback addresses only. A wildcard such as {@code 0.0.0.0}
     * and a name that can't be resolved are not.
     *
     * @param host an address or a name; an IPv6 address with or without brackets
     */
    public static boolean isLoopback(String host) {
        try {
            return Arrays.stream(InetAddress.getAllByName(host)).allMatch(InetAddress::isLoopbackAddress);
        } catch (UnknownHostException e) {
            // The process can't listen at this name either. Until it can, the safe answer counts.
            return false;
        }
    }
}
