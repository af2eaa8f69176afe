package io.rebalancer.cluster;

/** Configuration paths of the dispatchers for blocking work. The default dispatcher never runs blocking work. */
public final class Dispatchers {
    /** JDBC calls of the direct scan of a metadata shard's database. */
    public static final String SCAN = "rebalancer.scan-dispatcher";

    /** Calls to a provider of OpenID Connect. */
    public static final String LOGIN = "rebalancer.login-dispatcher";

    /** The work of runs of reconciliation. */
    public static final String RECONCILE = "rebalancer.reconcile-dispatcher";

    /** JDBC calls of the read side. */
    public static final String READ_SIDE = "rebalancer.read-side-dispatcher";

    /** JDBC calls of the PostgreSQL journal outside its plugin. */
    public static final String POSTGRESQL = "rebalancer.postgresql.dispatcher";

    /** Reads of the embedded log. */
    public static final String LOG = "rebalancer.log.dispatcher";

    /** The journal plugin of the embedded log; one thread. */
    public static final String LOG_JOURNAL = "rebalancer.log.journal-dispatcher";

    private Dispatchers() {}
}
