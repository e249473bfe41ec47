/** The used parts of S3, loaded when needed. A bundler keeps all of a package that is imported as a whole. */
export { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
