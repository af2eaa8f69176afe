package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigValueType;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * Who may call the legacy routes, whose clients can't send a token.
 *
 * @param closed whether the routes are closed to all
 * @param openTo addresses whose requests need no login; all others need what API v1 needs
 */
public record LegacyAccess(boolean closed, List<AddressRange> openTo) {
    /** The legacy routes need what API v1 needs. */
    public static final LegacyAccess AS_API = new LegacyAccess(false, List.of());

    private static final String SETTING = "access";

    public LegacyAccess {
        openTo = List.copyOf(openTo);
    }

    /** @throws IllegalArgumentException if the setting has another form */
    static LegacyAccess from(Config section) {
        if (section.getValue(SETTING).valueType() == ConfigValueType.LIST) {
            return new LegacyAccess(
                    false,
                    section.getStringList(SETTING).stream()
                            .map(AddressRange::parse)
                            .toList());
        }
        String word = section.getString(SETTING);
        return switch (word) {
            case "login" -> AS_API;
            case "closed" -> new LegacyAccess(true, List.of());
            default ->
                throw new IllegalArgumentException(
                        "legacy.access must be login, closed, or a list of address ranges such as 10.0.0.0/8, not "
                                + word);
        };
    }

    /** Whether a request from this address needs no login. */
    public boolean isOpenTo(Optional<InetAddress> address) {
        return address.isPresent() && openTo.stream().anyMatch(range -> range.contains(address.get()));
    }
}
