package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * Address at which a process serves HTTP, and the requests that it accepts there.
 *
 * @param port 1 to 65535
 * @param openToNetwork whether a host that other machines may reach needs no token
 * @param requireLogin whether requests need a token although the host, or {@code openToNetwork}, allows others
 * @param tokens those of the token file; empty if there is none
 * @param tls empty if the listener serves plain HTTP
 * @param maxRequestsPerSecond of one address, above zero; empty for no limit
 * @param allowedHosts hosts under which clients may call, and whose web pages may call, besides the own address
 */
public record HttpSettings(
        String host,
        int port,
        boolean openToNetwork,
        boolean requireLogin,
        Optional<AccessTokens> tokens,
        Optional<ListenerTls> tls,
        OptionalInt maxRequestsPerSecond,
        List<AllowedHost> allowedHosts) {

    public HttpSettings {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("http.port must be 1 to 65535, not " + port);
        }
        if (maxRequestsPerSecond.isPresent() && maxRequestsPerSecond.getAsInt() < 1) {
            throw new IllegalArgumentException(
                    "http.max-requests-per-second must be at least 1, or 0 for no limit, not "
                            + maxRequestsPerSecond.getAsInt());
        }
        allowedHosts = List.copyOf(allowedHosts);
    }

    /** A listener without a limit of requests. */
    public HttpSettings(
            String host,
            int port,
            boolean openToNetwork,
            boolean requireLogin,
            Optional<AccessTokens> tokens,
            Optional<ListenerTls> tls,
            List<AllowedHost> allowedHosts) {
        this(host, port, openToNetwork, requireLogin, tokens, tls, OptionalInt.empty(), allowedHosts);
    }

    /** Listens without tokens, for this machine only. */
    public HttpSettings(String host, int port) {
        this(host, port, false, false, Optional.empty(), Optional.empty(), List.of());
    }

    /** Whether a request needs a token. */
    public boolean needsLogin() {
        return requireLogin || tokens.isPresent() || !openToNetwork && !LoopbackHosts.isLoopback(host);
    }

    /**
     * Reads the settings of a manager's listener. A manager has other tokens than those of a file, so only {@link #needsLogin}
     * states whether it needs any.
     */
    static HttpSettings ofManager(Config section, String prefix) {
        HttpSettings settings = read(section, prefix, section.getBoolean(prefix + "require-login"));
        int limit = section.getInt(prefix + "max-requests-per-second");
        return limit == 0 ? settings : settings.withMaxRequestsPerSecond(limit);
    }

    /**
     * Why a manager that needs a login and has no token of an administrator does not start.
     *
     * @param advice a further way to correct that; may be empty
     */
    public String loginImpossible(String advice) {
        return "rebalancer.manager: requests at http.host " + host + ", port " + port
                + ", need a token, and no administrator has one; start with http.host = \"127.0.0.1\", run rebalancer-adm token"
                + " bootstrap, and set the host again; or set http.token-file to a file with tokens, or http.open-to-network ="
                + " on if every machine that reaches the port may use it" + advice;
    }

    private static HttpSettings read(Config section, String prefix, boolean requireLogin) {
        List<AllowedHost> allowed = section.getStringList(prefix + "allowed-hosts").stream()
                .map(AllowedHost::parse)
                .toList();
        return new HttpSettings(
                SettingsFile.required(section, prefix + "host"),
                section.getInt(prefix + "port"),
                section.getBoolean(prefix + "open-to-network"),
                requireLogin,
                AccessTokens.from(section, prefix + "token-file"),
                section.hasPath(prefix + "tls")
                        ? ListenerTls.from(section.getConfig(prefix + "tls"))
                        : Optional.empty(),
                allowed);
    }

    /**
     * Reads the settings of one listener. A host that other machines may reach needs tokens, or the consent of the
     * operator.
     *
     * @param prefix path of the listener in the section, with a dot; empty if the section is the listener
     */
    static HttpSettings from(Config section, String prefix) {
        HttpSettings settings = read(section, prefix, false);
        if (settings.needsLogin() && settings.tokens().isEmpty()) {
            throw new IllegalArgumentException(prefix + "host " + settings.host()
                    + " is no loopback address, so other machines may reach port " + settings.port()
                    + " without a login; set "
                    + prefix + "token-file to a file with tokens, or " + prefix
                    + "open-to-network = on if every machine that reaches the port may use it, or " + prefix
                    + "host = \"127.0.0.1\"");
        }
        return settings;
    }

    private HttpSettings withMaxRequestsPerSecond(int limit) {
        return new HttpSettings(
                host, port, openToNetwork, requireLogin, tokens, tls, OptionalInt.of(limit), allowedHosts);
    }

    /** The same listener, with a further allowed host. */
    public HttpSettings alsoAllowing(AllowedHost further) {
        return new HttpSettings(
                host,
                port,
                openToNetwork,
                requireLogin,
                tokens,
                tls,
                maxRequestsPerSecond,
                Stream.concat(allowedHosts.stream(), Stream.of(further)).toList());
    }
}
