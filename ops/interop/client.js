// Calls a Moray shard with a node-fast client: node client.js PORT KEY. Prints the results as JSON.
const net = require('net');
const bunyan = require('bunyan');
const fast = require('fast');

const log = bunyan.createLogger({ name: 'interop-client', level: 'fatal' });
const key = process.argv[3];
const transport = net.connect(Number(process.argv[2]), '127.0.0.1', () => main().catch(fatal));
const client = new fast.FastClient({ log: log, nRecentRequests: 10, transport: transport });

function call(method, args) {
    return new Promise((resolve, reject) => {
        const values = [];
        const request = client.rpc({ rpcmethod: method, rpcargs: args });
        request.on('data', value => values.push(value));
        request.on('end', () => resolve(values));
        request.on('error', reject);
    });
}

async function failure(method, args) {
    try {
        await call(method, args);
        return 'no error';
    } catch (error) {
        let deepest = error;
        while (deepest.cause && deepest.cause()) {
            deepest = deepest.cause();
        }
        return deepest.name;
    }
}

async function main() {
    const seen = {};
    seen.version = await call('version', [{}]);
    seen.ping = await call('ping', [{}]);
    seen.object = await call('getObject', ['manta', key, {}]);
    seen.missing = await failure('getObject', ['manta', '/none', {}]);
    seen.bucket = await failure('getObject', ['none', key, {}]);
    seen.conflict = await failure('putObject', ['manta', key, seen.object[0].value, { etag: '00000000' }]);
    seen.unknown = await failure('nosuch', []);
    seen.rows = await call('sql', ['SELECT COUNT(*) AS n FROM manta', [], {}]);
    const many = await Promise.all(Array.from({ length: 1000 }, () => call('getObject', ['manta', key, {}])));
    seen.concurrent = many.filter(values => values.length === 1 && values[0].key === key).length;
    console.log(JSON.stringify(seen));
    client.detach();
    transport.destroy();
}

function fatal(error) {
    console.error(error.stack);
    process.exit(1);
}
