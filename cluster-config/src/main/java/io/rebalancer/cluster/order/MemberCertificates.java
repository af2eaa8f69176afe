package io.rebalancer.cluster.order;

import io.rebalancer.cluster.settings.ClusterSettings;
import io.rebalancer.cluster.settings.SettingsFault;
import io.rebalancer.cluster.settings.TlsSettings;
import io.rebalancer.cluster.tls.CertificateNames;
import io.rebalancer.cluster.tls.PemIdentity;
import io.rebalancer.core.text.OneLine;
import java.security.cert.CertificateParsingException;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks at the start of a member that its own certificate fits to {@code cluster.tls.manager-names}. */
public final class MemberCertificates {
    private static final Logger LOGGER = LoggerFactory.getLogger(MemberCertificates.class);

    private MemberCertificates() {}

    /**
     * Checks the certificate of a manager.
     *
     * @throws SettingsFault if the setting names managers, and not this one
     */
    public static void requireManager(ClusterSettings cluster) {
        cluster.tls().filter(tls -> !tls.managerNames().isEmpty()).ifPresent(tls -> {
            Set<String> names = names(tls);
            if (!tls.managerNames().matchAny(names)) {
                throw new SettingsFault("setting in rebalancer.cluster.tls: the certificate " + tls.certificate()
                        + " of this manager has the names " + names + ", and none matches manager-names "
                        + tls.managerNames() + ", so agents would refuse its orders; set a certificate of a manager, or"
                        + " add a name to manager-names on all members");
            }
        });
    }

    /**
     * Checks the certificate of an agent. Logs a warning if every member can order this agent what it does.
     *
     * @throws SettingsFault if the setting makes this agent a manager
     */
    public static void requireAgent(ClusterSettings cluster) {
        cluster.tls().ifPresent(tls -> {
            if (tls.managerNames().isEmpty()) {
                LOGGER.warn("this agent obeys every member of the cluster, other agents too: set"
                        + " rebalancer.cluster.tls.manager-names on managers, then on agents, so that agents obey managers"
                        + " only");
                return;
            }
            Set<String> names = names(tls);
            if (tls.managerNames().matchAny(names)) {
                throw new SettingsFault("setting in rebalancer.cluster.tls: the certificate " + tls.certificate()
                        + " of this agent has the names " + names + ", of which one matches manager-names "
                        + tls.managerNames() + ", so it could order what managers order; name only managers in"
                        + " manager-names, or set a certificate without such a name");
            }
        });
    }

    private static Set<String> names(TlsSettings tls) {
        try {
            return CertificateNames.of(PemIdentity.readMutual(tls.certificate(), tls.key(), tls.authority())
                    .leaf());
        } catch (IllegalArgumentException | CertificateParsingException e) {
            throw new SettingsFault("setting in rebalancer.cluster.tls: " + OneLine.of(e));
        }
    }
}
