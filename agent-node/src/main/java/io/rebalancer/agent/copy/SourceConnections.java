package io.rebalancer.agent.copy;

import io.rebalancer.core.agent.CopyLimits;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnectionFactory;
import org.apache.hc.core5.http.io.HttpClientConnection;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolEntry;
import org.apache.hc.core5.pool.PoolReusePolicy;
import org.apache.hc.core5.pool.StrictConnPool;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * Connections to sources, which stay open between requests. A connection that was idle for a minute is closed; when there are too
 * many, the longest idle are closed first. Blocking.
 */
final class SourceConnections implements AutoCloseable {
    private static final int CONNECT_MILLIS = 10_000;
    /** Holds a small object with the head of its response, so that both take one read. */
    private static final int BUFFER_BYTES = 32 << 10;

    private static final long VALIDATE_AFTER_MILLIS = 2_000;
    private static final TimeValue IDLE_LIFE = TimeValue.ofMinutes(1);
    private static final TimeValue CONNECTION_LIFE = TimeValue.ofMinutes(30);

    private final Timeout silence;
    private final DefaultBHttpClientConnectionFactory factory = DefaultBHttpClientConnectionFactory.builder()
            .http1Config(Http1Config.custom().setBufferSize(BUFFER_BYTES).build())
            .build();
    /** Not larger than the engine's fetches at a time, so no copy waits for a connection. */
    private final StrictConnPool<HttpHost, HttpClientConnection> pool = new StrictConnPool<>(
            CopyLimits.MAX_PARALLEL_FETCHES,
            2 * CopyLimits.MAX_PARALLEL_FETCHES,
            CONNECTION_LIFE,
            PoolReusePolicy.LIFO,
            null);

    /** @param silence how long a source may send nothing while a request waits for it */
    SourceConnections(Timeout silence) {
        this.silence = silence;
    }

    /** A connection that one request uses. An interruption closes it, unless the use has ended: then another request has it. */
    final class Lease implements Cancellable {
        private final PoolEntry<HttpHost, HttpClientConnection> entry;
        private boolean ended;

        private Lease(PoolEntry<HttpHost, HttpClientConnection> entry) {
            this.entry = entry;
        }

        HttpClientConnection connection() {
            return entry.getConnection();
        }

        /** Ends the use of a connection whose response was read to its end. */
        void keep() {
            markEnded();
            if (connection().isOpen()) {
                entry.updateExpiry(IDLE_LIFE);
                pool.release(entry, true);
            } else {
                discard();
            }
        }

        /** Ends the use, and closes the connection at once. */
        void discard() {
            markEnded();
            entry.discardConnection(CloseMode.IMMEDIATE);
            pool.release(entry, false);
        }

        private synchronized void markEnded() {
            ended = true;
        }

        @Override
        public synchronized boolean cancel() {
            if (ended) {
                return false;
            }
            connection().close(CloseMode.IMMEDIATE);
            return true;
        }
    }

    /**
     * A connection that was kept, or a new one.
     *
     * @param interruption closes it
     */
    Lease lease(HttpHost host, Interruption interruption) throws IOException, InterruptedException {
        Lease lease = new Lease(entry(host));
        boolean leased = false;
        try {
            open(lease.entry, interruption);
            interruption.setConnection(lease);
            leased = true;
            return lease;
        } finally {
            if (!leased) {
                lease.discard();
            }
        }
    }

    private PoolEntry<HttpHost, HttpClientConnection> entry(HttpHost host) throws IOException, InterruptedException {
        try {
            return pool.lease(host, null).get(silence.toMilliseconds(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("no connection is free: " + e, e);
        }
    }

    private void open(PoolEntry<HttpHost, HttpClientConnection> entry, Interruption interruption) throws IOException {
        if (entry.hasConnection()
                && System.currentTimeMillis() - entry.getUpdated() > VALIDATE_AFTER_MILLIS
                && entry.getConnection().isStale()) {
            entry.discardConnection(CloseMode.IMMEDIATE);
        }
        if (!entry.hasConnection()) {
            entry.assignConnection(connect(entry.getRoute(), interruption));
            entry.updateExpiry(IDLE_LIFE);
        }
    }

    /** Tries each address of the host. */
    private HttpClientConnection connect(HttpHost host, Interruption interruption) throws IOException {
        IOException failure = new ConnectException("no address of " + host);
        for (InetAddress address : InetAddress.getAllByName(host.getHostName())) {
            try {
                return connect(host, address, interruption);
            } catch (IOException e) {
                failure = e;
            }
        }
        throw failure;
    }

    private HttpClientConnection connect(HttpHost host, InetAddress address, Interruption interruption)
            throws IOException {
        boolean encrypted = host.getSchemeName().equals("https");
        int port = host.getPort() >= 0 ? host.getPort() : encrypted ? 443 : 80;
        Socket socket = new Socket();
        interruption.setConnection(() -> {
            closeQuietly(socket);
            return true;
        });
        boolean connected = false;
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(silence.toMillisecondsIntBound());
            socket.connect(new InetSocketAddress(address, port), CONNECT_MILLIS);
            HttpClientConnection connection = encrypted
                    ? factory.createConnection(encrypt(socket, host, port), socket)
                    : factory.createConnection(socket);
            connected = true;
            return connection;
        } finally {
            if (!connected) {
                closeQuietly(socket);
            }
        }
    }

    private static SSLSocket encrypt(Socket socket, HttpHost host, int port) throws IOException {
        SSLSocketFactory tls = (SSLSocketFactory) SSLSocketFactory.getDefault();
        SSLSocket encrypted = (SSLSocket) tls.createSocket(socket, host.getHostName(), port, true);
        SSLParameters parameters = encrypted.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        encrypted.setSSLParameters(parameters);
        encrypted.startHandshake();
        return encrypted;
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is not used any more.
        }
    }

    @Override
    public void close() {
        pool.close(CloseMode.IMMEDIATE);
    }
}
