package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import io.rebalancer.core.access.Role;
import java.net.URI;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A provider of OpenID Connect, where people log in.
 *
 * @param name what the page for logging in calls the provider
 * @param issuer identifies the provider; its description is at {@code ISSUER/.well-known/openid-configuration}
 * @param clientSecret the secret of this client at the provider
 * @param redirect the address of this manager to which the provider sends browsers back
 * @param scopes further scopes than {@code openid}
 * @param nameClaim the claim with the name of the user, for the audit log
 * @param roleClaim the claim with the groups or roles of the user; dots separate the names of nested claims
 * @param roles the values of the role claim that give each role
 * @param authority PEM file of the authorities that the provider's certificate may be of; empty for those of the JVM
 */
public record OpenIdSettings(
        String name,
        URI issuer,
        String clientId,
        String clientSecret,
        URI redirect,
        List<String> scopes,
        String nameClaim,
        String roleClaim,
        Map<Role, List<String>> roles,
        Optional<Path> authority) {
    /** Where a login at the provider begins. */
    public static final String LOGIN_PATH = "/login/openid";
    /** The path of {@link #redirect}. */
    public static final String REDIRECT_PATH = "/login/openid/callback";

    public OpenIdSettings {
        scopes = List.copyOf(scopes);
        roles = Map.copyOf(roles);
        if (roles.values().stream().allMatch(List::isEmpty)) {
            throw new IllegalArgumentException("openid.roles must name at least one value of the claim " + roleClaim
                    + ", otherwise no user could log in");
        }
        if (!REDIRECT_PATH.equals(redirect.getPath()) || redirect.getHost() == null) {
            throw new IllegalArgumentException("openid.redirect must be an address of this manager with the path "
                    + REDIRECT_PATH + ", such as https://rebalancer.example.com" + REDIRECT_PATH + ", not "
                    + redirect);
        }
        if (issuer.getHost() == null) {
            throw new IllegalArgumentException(
                    "openid.issuer must be an address such as https://login.example.com, not " + issuer);
        }
    }

    static OpenIdSettings from(Config login) {
        Config section = login.getConfig("openid");
        Map<Role, List<String>> roles = new EnumMap<>(Role.class);
        for (Role role : Role.values()) {
            roles.put(role, section.getStringList("roles." + role.word()));
        }
        String authority = section.getString("authority");
        return new OpenIdSettings(
                required(login, "name"),
                address(login, "issuer"),
                required(login, "client-id"),
                SettingsFile.secret(login, "openid.client-secret-file")
                        .orElseThrow(() -> new IllegalArgumentException("openid.client-secret-file must be set")),
                address(login, "redirect"),
                section.getStringList("scopes"),
                required(login, "name-claim"),
                required(login, "role-claim"),
                roles,
                authority.isEmpty() ? Optional.empty() : Optional.of(Path.of(authority)));
    }

    private static String required(Config login, String name) {
        return SettingsFile.required(login, "openid." + name);
    }

    private static URI address(Config login, String name) {
        return URI.create(required(login, name));
    }

    /** The highest role that one of these values of the role claim gives. */
    public Optional<Role> role(List<String> values) {
        return roles.entrySet().stream()
                .filter(each -> each.getValue().stream().anyMatch(values::contains))
                .map(Map.Entry::getKey)
                .max(Comparator.naturalOrder());
    }

    /** Logs must not show the secret. */
    @Override
    public String toString() {
        return issuer + " for " + clientId;
    }
}
