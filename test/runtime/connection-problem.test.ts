import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectionProblem, unreachableText } from '../../runtime/temporal/connection-problem.ts';

test('what the clients throw is told in words, without the insides of a library', () => {
  const refused =
    'tonic::transport::Error(Transport, ConnectError(ConnectError("tcp connect error", 127.0.0.1:7233, Os { code: 111, kind: ConnectionRefused, message: "Connection refused" })))';
  const cases: [string, RegExp][] = [
    [refused, /^the connection was refused, so that nothing listens there$/],
    [
      'tonic::transport::Error(Transport, ConnectError("dns error", Custom { kind: Uncategorized }))',
      /no host of this/,
    ],
    ['14 UNAVAILABLE: Name resolution failed for target dns:nowhere:7233', /no host of this name/],
    ['Failed to connect before the deadline', /^it does not answer in time$/],
    ['tonic::transport::Error(Transport, InvalidCertificate(UnknownIssuer))', /^no TLS connection came about$/],
    ['7 PERMISSION_DENIED: Request unauthorized.', /^it refuses the key or the certificate$/],
    ['Something else (Insides { of: "a library" })', /^Something else$/],
  ];
  for (const [message, words] of cases) assert.match(connectionProblem(new Error(message)), words);
  assert.equal(connectionProblem('x'.repeat(1000)).length, 200);
  assert.equal(
    unreachableText('127.0.0.1:7233', new Error(refused)),
    'no Temporal server answers at 127.0.0.1:7233 (the connection was refused, so that nothing listens there): start one, or check TEMPORAL_ADDRESS',
  );
});
