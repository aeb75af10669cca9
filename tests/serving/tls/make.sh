# Made the files beside this one, which are for tests alone: an authority, and what it signed.
set -e
ec() { openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$1"; }
ec ca.key
openssl req -x509 -new -key ca.key -subj "/CN=posenet3d tests" -days 36500 -out ca.pem
for name in server client; do
  ec $name.key
  openssl req -new -key $name.key -subj "/CN=$name" -out $name.csr
  printf 'subjectAltName=DNS:localhost,IP:127.0.0.1' > names
  openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 36500 \
    -extfile names -out $name.pem
done
rm -f ca.key ca.srl names ./*.csr
