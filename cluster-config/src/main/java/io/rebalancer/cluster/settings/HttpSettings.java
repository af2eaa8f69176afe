package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Address at which a process serves HTTP, and the requests that it accepts there.
 *
 * @param port 1 to 65535
 * @param openToNetwork whether a host that other machines may reach needs no token
 * @param tokens empty if requests need no token
 * @param allowedHosts hosts under which clients may call, and whose web pages may call, besides the own address
 */
public record HttpSettings(
        String host, int port, boolean openToNetwork, Optional<AccessTokens> tokens, List<AllowedHost> allowedHosts) {

    public HttpSettings {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("http.port must be 1 to 65535, not " + port);
        }
        allowedHosts = List.copyOf(allowedHosts);
    }

    /** Listens without tokens, for this machine only. */
    public HttpSettings(String host, int port) {
        this(host, port, false, Optional.empty(), List.of());
    }

    /**
     * Reads the settings of one listener. A host that other machines may reach needs tokens, or the consent of the
     * operator.
     *
     * @param prefix path of the listener in the section, with a dot; empty if the section is the listener
     * @param advice a further way to correct a host that other machines may reach; may be empty
     */
    static HttpSettings from(Config section, String prefix, String advice) {
        String host = SettingsFile.required(section, prefix + "host");
        int port = section.getInt(prefix + "port");
        boolean openToNetwork = section.getBoolean(prefix + "open-to-network");
        Optional<AccessTokens> tokens = AccessTokens.from(section, prefix + "token-file");
        if (!openToNetwork && tokens.isEmpty() && !LoopbackHosts.isLoopback(host)) {
            throw new IllegalArgumentException(prefix + "host " + host
                    + " is no loopback address, so other machines may reach port " + port + " without a login; set "
                    + prefix + "token-file to a file with tokens, or " + prefix
                    + "open-to-network = on if every machine that reaches the port may use it, or " + prefix
                    + "host = \"127.0.0.1\"" + advice);
        }
        List<AllowedHost> allowed = section.getStringList(prefix + "allowed-hosts").stream()
                .map(AllowedHost::parse)
                .toList();
        return new HttpSettings(host, port, openToNetwork, tokens, allowed);
    }

    /** The same listener, with a further allowed host. */
    public HttpSettings alsoAllowing(AllowedHost further) {
        return new HttpSettings(
                host,
                port,
                openToNetwork,
                tokens,
                Stream.concat(allowedHosts.stream(), Stream.of(further)).toList());
    }
}
